import { chargeStep, minimumChargeOf, minorUnits } from './currency.ts';

/**
 * The deposit on a total, in minor units: `percent` of it, rounded half up to an amount that can be charged; at least one
 * unit of the currency ($1.00) and Stripe's minimum; never more than the total. The total itself can be charged, so
 * nothing is rounded twice.
 */
export function depositCents(totalCents: number, percent: number, currency: string): number {
  const step = chargeStep(currency);
  const share = Math.floor((totalCents * percent + 50 * step) / (100 * step)) * step;
  return Math.min(totalCents, Math.max(minorUnits(currency), minimumChargeOf(currency), share));
}
