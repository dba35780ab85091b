import { expect, test } from 'vitest';
import { lineCents, totalCents } from '../../src/domain/pricing.ts';

test('a total is the sum of its lines, each quantity times unit price', () => {
  const lines = [
    { quantity: 3, unit_price_cents: 1_250 },
    { quantity: 1, unit_price_cents: 99 },
  ];
  expect(lines.map(lineCents)).toEqual([3_750, 99]);
  expect(totalCents(lines)).toBe(3_849);
  expect(totalCents([])).toBe(0);
});
