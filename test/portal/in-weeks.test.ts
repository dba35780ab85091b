import { expect, test } from 'vitest';
import { toBars } from '../../portal/src/staff/in-weeks.ts';

const days = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    date: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
    payments: 1,
    revenue_cents: index,
  }));

test('a month is shown by day', () => {
  expect(toBars(days(30))).toEqual({ unit: 'day', bars: days(30) });
});

test('a year is shown by week, the last one whole, and nothing is lost', () => {
  const { unit, bars } = toBars(days(365));
  expect(unit).toBe('week');
  expect(bars).toHaveLength(53);
  expect(bars[0]).toEqual({ date: '2026-01-01', payments: 1, revenue_cents: 0 });
  expect(bars[1]).toMatchObject({
    date: '2026-01-02',
    payments: 7,
    revenue_cents: 1 + 2 + 3 + 4 + 5 + 6 + 7,
  });
  expect(bars.reduce((sum, { revenue_cents }) => sum + revenue_cents, 0)).toBe((364 * 365) / 2);
});
