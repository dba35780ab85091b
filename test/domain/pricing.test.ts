import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineCents, priceOf } from '../../src/domain/pricing.ts';

const hours = { quantity: 2.5, unit_price_cents: 8_000 };

test.each([
  [[{ quantity: 3, unit_price_cents: 1_250 }], 3_750],
  [[], 0],
  // 2.5 hours at 80.00, and a line that takes 50.00 off.
  [[hours, { quantity: 1, unit_price_cents: -5_000 }], 15_000],
  [[{ quantity: 0.333, unit_price_cents: 100 }], 33],
  [[{ quantity: 0.005, unit_price_cents: 100 }], 1], // 0.5: half away from zero
  [[{ quantity: 0.005, unit_price_cents: -100 }], -1],
  [[{ ...hours, discount_percent: 10 }], 18_000],
  [[{ ...hours, discount_percent: 12.25 }], 17_550],
  [[{ ...hours, discount_cents: 1 }], 19_999],
])('%o cost %i', (lines, total) => {
  expect(priceOf(lines, {}, 'usd').totalCents).toBe(total);
});

test('a tax comes on top, or is in the price; each is shown by its rate', () => {
  const lines = [
    { quantity: 1, unit_price_cents: 10_000, tax_percent: 8.875 },
    { quantity: 1, unit_price_cents: 11_900, tax_percent: 19, tax_inclusive: true },
    { quantity: 1, unit_price_cents: 10_000, tax_percent: 19 },
    { quantity: 1, unit_price_cents: 500 },
  ];
  expect(priceOf(lines, {}, 'usd')).toEqual({
    subtotalCents: 32_400,
    discountCents: 0,
    taxes: [
      { percent: 8.875, inclusive: false, cents: 888 }, // 887.5
      { percent: 19, inclusive: false, cents: 1_900 },
      { percent: 19, inclusive: true, cents: 1_900 },
    ],
    taxCents: 4_688,
    totalCents: 32_400 + 888 + 1_900,
  });
});

test('a discount on the whole is borne by the lines, and so lowers their taxes', () => {
  const lines = [
    { quantity: 1, unit_price_cents: 10_000, tax_percent: 20 },
    { quantity: 1, unit_price_cents: 30_000 },
  ];
  expect(priceOf(lines, { discount_percent: 10 }, 'usd')).toMatchObject({
    ...{ subtotalCents: 40_000, discountCents: 4_000, taxCents: 1_800, totalCents: 37_800 },
  });
  expect(priceOf(lines, { discount_cents: 4_000 }, 'usd').totalCents).toBe(37_800);
});

test('what has no decimals is rounded to whole units', () => {
  const line = { quantity: 1.5, unit_price_cents: 333, tax_percent: 10 };
  expect(priceOf([line], {}, 'jpy').totalCents).toBe(500 + 50);
  // ISK counts hundredths that are always 0: 1.5 at 333 kronur is 499.50.
  expect(priceOf([{ ...line, unit_price_cents: 33_300 }], {}, 'isk').totalCents).toBe(50_000 + 5_000);
});

describe('for any lines', () => {
  const lines = fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 10_000_000 }).map((thousandths) => thousandths / 1_000),
      unit_price_cents: fc.integer({ min: -1_000_000, max: 10_000_000 }),
      discount_percent: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
      tax_percent: fc.constantFrom(0, 7, 19, 8.875, 100),
      tax_inclusive: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  const discounts = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 1, max: 10_000 }).map((hundredths) => ({ discount_percent: hundredths / 100 })),
    fc.integer({ min: 1, max: 1_000_000 }).map((cents) => ({ discount_cents: cents })),
  );

  test('every sum adds up to the cent', () => {
    fc.assert(
      fc.property(lines, discounts, (items, discount) => {
        const price = priceOf(items, discount, 'usd');
        const nets = items.map((line) => lineCents(line, 'usd'));
        expect(price.subtotalCents).toBe(nets.reduce((sum, cents) => sum + cents, 0));
        const onTop = price.taxes.filter(({ inclusive }) => !inclusive);
        expect(price.totalCents).toBe(
          price.subtotalCents - price.discountCents + onTop.reduce((sum, { cents }) => sum + cents, 0),
        );
        expect(price.taxCents).toBe(price.taxes.reduce((sum, { cents }) => sum + cents, 0));
        for (const cents of [...nets, price.totalCents, ...price.taxes.map((tax) => tax.cents)])
          expect(Number.isSafeInteger(cents)).toBe(true);
      }),
    );
  });

  test('the whole is the sum of its parts, however the lines are grouped', () => {
    fc.assert(
      fc.property(lines, fc.nat(12), (items, at) => {
        const [first, second] = [items.slice(0, at), items.slice(at)].map((part) => priceOf(part, {}, 'usd'));
        const whole = priceOf(items, {}, 'usd');
        for (const sum of ['subtotalCents', 'taxCents', 'totalCents'] as const)
          expect(whole[sum]).toBe((first?.[sum] ?? 0) + (second?.[sum] ?? 0));
      }),
    );
  });

  test('a line costs what exact arithmetic says, to half a cent', () => {
    fc.assert(
      fc.property(lines, (items) => {
        for (const { quantity, unit_price_cents } of items) {
          const thousandths = BigInt(Math.round(quantity * 1_000)) * BigInt(unit_price_cents);
          const cents = BigInt(lineCents({ quantity, unit_price_cents }, 'usd'));
          const off = cents * 1_000n - thousandths;
          expect(off <= 500n && off >= -500n).toBe(true);
        }
      }),
    );
  });
});
