/** Stripe's largest charge in minor units: eight digits (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
export const maximumAmountCents = 99_999_999;

/** A deposit is never smaller, in minor units ($1.00), unless the total is. */
const minimumDepositCents = 100;

/**
 * The deposit on a total, in minor units: `percent` of it, half up, at least the minimum, never more than
 * the total. All three are positive whole numbers, the total at most `maximumAmountCents`, so nothing is rounded twice.
 */
export function depositCents(totalCents: number, percent: number): number {
  const share = Math.floor((totalCents * percent + 50) / 100);
  return Math.min(totalCents, Math.max(minimumDepositCents, share));
}
