import type { Numbers } from '../api.ts';

type Day = Numbers['days'][number];

/** More bars than this are hairlines. */
const mostBars = 60;

/** What a chart shows of some days: each of them, or, where they are too many for bars, their weeks, the last one ending last. */
export function toBars(days: readonly Day[]): {
  readonly unit: 'day' | 'week';
  readonly bars: readonly Day[];
} {
  if (days.length <= mostBars) return { unit: 'day', bars: days };
  const first = days.length % 7;
  const weeks = first > 0 ? [days.slice(0, first)] : [];
  for (let index = first; index < days.length; index += 7) weeks.push(days.slice(index, index + 7));
  const sum = (week: readonly Day[], of: (day: Day) => number) =>
    week.reduce((before, day) => before + of(day), 0);
  const bars = weeks.map((week) => ({
    date: week[0]?.date ?? '',
    payments: sum(week, ({ payments }) => payments),
    revenue_cents: sum(week, ({ revenue_cents: cents }) => cents),
  }));
  return { unit: 'week', bars };
}
