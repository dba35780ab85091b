import { locale } from '../locale.ts';
import * as reading from '../reading/amount.ts';

// What can be typed, in the page's own notation.

type Limits = { readonly least: number; readonly most: number };

export const decimalKind = (decimals: number, limits: Limits, unit = '') =>
  reading.decimalKind(decimals, limits, locale, unit);

export const moneyKind = (currency: string, limits: Limits) => reading.moneyKind(currency, limits, locale);
