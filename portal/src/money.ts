import { minorUnits, priceDecimals } from '../../src/domain/currency.ts';

/** How a price is written. With our own decimals: where `Intl` has none for a currency, Stripe may charge hundredths. */
export function priceFormat(currency: string): Intl.NumberFormatOptions {
  const decimals = priceDecimals(currency);
  return { style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

/** Minor units as the reader writes money, in the org's currency: `$4,725.00`. */
export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat(undefined, priceFormat(currency)).format(cents / minorUnits(currency));
}

/** A number as the reader writes it: `1,200`. */
export function formatNumber(number: number): string {
  return new Intl.NumberFormat().format(number);
}

/** A number of units, as somebody typed it, in minor units. */
export function toCents(units: number, currency: string): number {
  return Math.round(units * minorUnits(currency));
}
