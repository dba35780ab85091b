import * as v from 'valibot';
import { rowId } from '../schemas.ts';
import { sessionId } from '../stripe/decode-object.ts';

/** Units of the proposal's currency, as a query or JSON writes them: up to twelve digits, up to three decimals. */
const decimal = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(String),
  v.regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,3})?$/, 'Must be an amount above zero, with at most three decimals.'),
);

export const CheckoutInput = v.object({
  proposal_id: v.pipe(v.union([v.string(), v.number()]), v.transform(String), rowId),
  amount_dollars: v.optional(decimal),
  pay: v.optional(v.picklist(['due', 'full'])),
});

export const SessionParam = v.object({ session_id: sessionId });
