import * as v from 'valibot';
import { rowId } from '../schemas.ts';
import { maximumAmountCents } from './deposit.ts';

/** Dollars as a query or JSON writes them, to whole cents: up to two decimals, up to Stripe's eight digits. */
const amountCents = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(String),
  v.regex(/^\d{1,8}(\.\d{1,2})?$/, 'Must be an amount with at most two decimals.'),
  // Through the digits: 0.1 + 0.2 has no place in money.
  v.transform((text) => {
    const [dollars = '', cents = ''] = text.split('.');
    return Number(dollars) * 100 + Number(cents.padEnd(2, '0'));
  }),
  v.minValue(1),
  v.maxValue(maximumAmountCents),
);

export const CheckoutInput = v.object({
  proposal_id: v.pipe(v.union([v.string(), v.number()]), v.transform(String), rowId),
  amount_dollars: v.optional(amountCents),
});
