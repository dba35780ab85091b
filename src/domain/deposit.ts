import { minimumChargeOf, minorUnits } from './currency.ts';
import { percentOf } from './pricing.ts';

/**
 * The deposit on a total, in minor units: `percent` of it, at least one unit of the currency ($1.00) and Stripe's minimum;
 * never more than the total. The total itself can be charged, so nothing is rounded twice.
 */
export function depositCents(totalCents: number, percent: number, currency: string): number {
  const share = percentOf(totalCents, percent, currency);
  return Math.min(totalCents, Math.max(minorUnits(currency), minimumChargeOf(currency), share));
}
