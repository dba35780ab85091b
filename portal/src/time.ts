import { dateFormat, numberFormat } from './formats.ts';

/** A moment in the reader's own format: `24 November 2026 at 14:05`. */
export function formatTime(iso: string): string {
  return dateFormat({ dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
}

/** The same with the time zone, for what is kept or printed: `24 November 2026 at 14:05 CET`. */
export function formatZonedTime(iso: string): string {
  return dateFormat({
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(iso));
}

export function formatDate(iso: string): string {
  return dateFormat({ dateStyle: 'long' }).format(new Date(iso));
}

/** A calendar date, which is the same day everywhere: `24 November 2026`. */
export function formatDay(date: string): string {
  return dateFormat({ dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

/** A span of time in words: `3 hours`. */
export function formatSpan(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, 'second'];
  const amount = Math.round((seconds / size) * 10) / 10;
  return numberFormat({ style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}
