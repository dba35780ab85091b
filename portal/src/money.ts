import { minorUnits } from '../../src/payments/currency.ts';

/** Minor units as the reader writes money, in the org's currency: `$4,725.00`. */
export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(
    cents / minorUnits(currency),
  );
}

/** A number as the reader writes it: `1,200`. */
export function formatNumber(number: number): string {
  return new Intl.NumberFormat().format(number);
}

/** A number of units, as somebody typed it, in minor units. */
export function toCents(units: number, currency: string): number {
  return Math.round(units * minorUnits(currency));
}
