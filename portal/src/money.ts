import { minorUnits, priceFormat } from '../../src/domain/currency.ts';
import { numberFormat } from './formats.ts';

/** Minor units as money in the reader's own format and the org's currency: `$4,725.00`. */
export function formatMoney(cents: number, currency: string): string {
  return numberFormat(priceFormat(currency)).format(cents / minorUnits(currency));
}

/** A number in the reader's own format: `1,200`. */
export function formatNumber(number: number): string {
  return numberFormat().format(number);
}

/** A percentage in the reader's own format: `8.875%`. */
export function formatPercent(percent: number): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: 3 }).format(percent / 100);
}
