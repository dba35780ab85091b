import { locale } from './locale.ts';

// Formats in the page's locale. Making one costs far more than using it, so each is made once.

let current = locale;

/** What is shown from now on is written as in this locale; null is the reader's own. What is typed is read in that, always. */
export function formatIn(tag: string | null): void {
  if (current === (tag ?? locale)) return;
  current = tag ?? locale;
  numbers.clear();
  dates.clear();
}

const numbers = new Map<string, Intl.NumberFormat>();

export function numberFormat(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify(options);
  const format = numbers.get(key) ?? new Intl.NumberFormat(current, options);
  numbers.set(key, format);
  return format;
}

const dates = new Map<string, Intl.DateTimeFormat>();

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const format = dates.get(key) ?? new Intl.DateTimeFormat(current, options);
  dates.set(key, format);
  return format;
}
