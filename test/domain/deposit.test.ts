import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maximumCharge } from '../../src/domain/currency.ts';
import { depositCents } from '../../src/domain/deposit.ts';

const totals = fc.integer({ min: 1, max: maximumCharge });
const percents = fc.integer({ min: 1, max: 100 });

test.each([
  // total, percent, deposit
  [1_575_000, 30, 472_500],
  [1_001, 50, 501], // 500.5, half up
  [999, 50, 500], // 499.5, half up
  [333, 10, 100], // 33 is below the minimum of $1.00
  [99, 30, 99], // the whole total is below the minimum
  [100, 1, 100],
  [maximumCharge, 100, maximumCharge],
])('the deposit on %i at %i %% is %i', (total, percent, deposit) => {
  expect(depositCents(total, percent, 'usd')).toBe(deposit);
});

test('a deposit is a whole number, at most the total and at least the smaller of $1.00 and the total', () => {
  fc.assert(
    fc.property(totals, percents, (total, percent) => {
      const deposit = depositCents(total, percent, 'usd');
      expect(Number.isSafeInteger(deposit)).toBe(true);
      expect(deposit).toBeLessThanOrEqual(total);
      expect(deposit).toBeGreaterThanOrEqual(Math.min(100, total));
    }),
  );
});

test('above the minimum, a deposit is the share in exact arithmetic, half up', () => {
  fc.assert(
    fc.property(totals, percents, (total, percent) => {
      const exact = Number((BigInt(total) * BigInt(percent) * 2n + 100n) / 200n);
      if (exact >= 100) expect(depositCents(total, percent, 'usd')).toBe(exact);
    }),
  );
});

test('a larger total or percent never makes a smaller deposit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: maximumCharge - 1 }),
      fc.integer({ min: 1, max: 99 }),
      (total, percent) => {
        expect(depositCents(total + 1, percent, 'usd')).toBeGreaterThanOrEqual(
          depositCents(total, percent, 'usd'),
        );
        expect(depositCents(total, percent + 1, 'usd')).toBeGreaterThanOrEqual(
          depositCents(total, percent, 'usd'),
        );
      },
    ),
  );
});
