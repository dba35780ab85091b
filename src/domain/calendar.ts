/** A calendar date, `2026-11-26`. Such dates compare as texts do. */
export type CalendarDate = string;

/** Making one costs forty times as much as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The date on which a moment falls in a time zone (IANA, such as `Europe/Berlin`); in UTC where there is no such zone. */
export function dateIn(timeZone: string, time: Date): CalendarDate {
  const parts = formatIn(timeZone).formatToParts(time);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = { calendar: 'gregory', numberingSystem: 'latn', year: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en', {
    ...numeric,
    month: '2-digit',
    day: '2-digit',
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
  });
  formats.set(timeZone, format);
  return format;
}

/** The date so many days later. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const noon = new Date(`${date}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  return noon.toISOString().slice(0, 10);
}

/** The moment at which a date begins in a time zone. */
export function startOf(timeZone: string, date: CalendarDate): Date {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // No zone is further than 14 hours from UTC. The first quarter of an hour that has the date there, by halves.
  const quarterMs = 15 * 60_000;
  let [before, at] = [-14 * 4 - 1, 14 * 4];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (dateIn(timeZone, new Date(midnight + middle * quarterMs)) < date) before = middle;
    else at = middle;
  }
  return new Date(midnight + at * quarterMs);
}

/** Whether a text is a date that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^(19|[2-9]\d)\d{2}-\d{2}-\d{2}$/.test(text)) return false;
  const time = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 10) === text;
}

/** Whether there is a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
