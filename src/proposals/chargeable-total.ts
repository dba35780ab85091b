import { whyNotChargeable } from '../domain/currency.ts';
import { type LineItem, totalCents } from '../domain/pricing.ts';
import { AppError } from '../errors.ts';

/** The total of the line items, in minor units. Throws `invalid_amount` if Stripe could not charge it. */
export function chargeableTotal(lineItems: readonly LineItem[], currency: string): number {
  const total = totalCents(lineItems);
  const refusal = whyNotChargeable(total, currency);
  if (refusal) {
    const errors = [{ pointer: '#/line_items', code: 'not_chargeable', detail: refusal }] as const;
    throw new AppError('invalid_amount', `The total: ${refusal}`, { errors });
  }
  return total;
}
