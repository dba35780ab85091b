import { locale } from '../locale.ts';
import * as reading from '../reading/amount.ts';

// What can be typed, in the page's own notation. Making a format costs far more than using it, so a kind of money is kept.

type Limits = { readonly least: number; readonly most: number };

export const decimalKind = (decimals: number, limits: Limits, unit = '') =>
  reading.decimalKind(decimals, limits, locale, unit);

const kinds = new Map<string, reading.NumberKind>();

export function moneyKind(currency: string, limits: Limits): reading.NumberKind {
  const key = `${currency} ${limits.least} ${limits.most}`;
  const known = kinds.get(key) ?? reading.moneyKind(currency, limits, locale);
  kinds.set(key, known);
  return known;
}
