/** A calendar date, `2026-11-26`. Such dates compare as texts do. */
export type CalendarDate = string;

/** The date on which a moment falls in a time zone (IANA, such as `Europe/Berlin`). */
export function dateIn(timeZone: string, time: Date): CalendarDate {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(time);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
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
  // No zone is further than 14 hours from UTC: the first quarter of an hour that has the date there.
  const [quarterMs, furthestMs] = [15 * 60_000, 14 * 3_600_000];
  let time = midnight - furthestMs;
  while (dateIn(timeZone, new Date(time)) < date) time += quarterMs;
  return new Date(time);
}

/** Whether a text is a date that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
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
