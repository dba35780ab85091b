import * as v from 'valibot';
import { rowId } from '../schemas.ts';

/** Dollars, or units of the proposal's currency, as a query or JSON writes them: up to eight digits, up to three decimals. */
const decimal = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(String),
  v.regex(/^(?=.*[1-9])\d{1,8}(\.\d{1,3})?$/, 'Must be an amount above zero, with at most three decimals.'),
);

export const CheckoutInput = v.object({
  proposal_id: v.pipe(v.union([v.string(), v.number()]), v.transform(String), rowId),
  amount_dollars: v.optional(decimal),
});

/** https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-id */
export const sessionId = v.pipe(
  v.string(),
  v.regex(/^cs_\w{1,250}$/, 'Must be the id of a Checkout Session.'),
);

export const SessionParam = v.object({ session_id: sessionId });
