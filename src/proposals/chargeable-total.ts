import { whyNoTotal } from '../domain/currency.ts';
import { type Discount, type LineItem, priceOf } from '../domain/pricing.ts';
import { AppError } from '../errors.ts';

/** The total of the line items, in minor units. Throws `invalid_amount` where it cannot be charged. */
export function chargeableTotal(
  lineItems: readonly LineItem[],
  discount: Discount,
  currency: string,
): number {
  const { totalCents } = priceOf(lineItems, discount, currency);
  const refusal = whyNoTotal(totalCents, currency);
  if (refusal) {
    const errors = [{ pointer: '#/line_items', code: 'not_chargeable', detail: refusal }] as const;
    throw new AppError('invalid_amount', `The total: ${refusal}`, { errors });
  }
  return totalCents;
}
