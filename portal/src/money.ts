import { minorUnits, priceFormat } from '../../src/domain/currency.ts';
import { locale } from './locale.ts';

/** Minor units as money in the reader's own format and the org's currency: `$4,725.00`. */
export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat(locale, priceFormat(currency)).format(cents / minorUnits(currency));
}

/** A number in the reader's own format: `1,200`. */
export function formatNumber(number: number): string {
  return new Intl.NumberFormat(locale).format(number);
}

/** A percentage in the reader's own format: `8.875%`. */
export function formatPercent(percent: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 3 }).format(percent / 100);
}
