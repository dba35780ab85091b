import * as v from 'valibot';
import { offlineMethods } from '../domain/proposal.ts';
import { amountCents, calendarDate } from '../http/fields.ts';
import { line, rowId } from '../schemas.ts';
import { sessionId } from '../stripe/decode-object.ts';

export const RefundBody = v.object({
  session_id: v.optional(sessionId),
  amount_cents: v.optional(amountCents),
  reason: line(500),
});

export const OfflinePaymentBody = v.object({
  method: v.picklist(offlineMethods),
  amount_cents: amountCents,
  /** The proposal's, if it is given: other money cannot be recorded. */
  currency: v.optional(v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z]{3}$/))),
  received_on: calendarDate,
  reference: v.optional(line(200)),
  overpayment: v.optional(v.boolean()),
});

export const ReasonBody = v.object({ reason: line(500) });

export const RequestBody = v.object({ key: line(100) });

export const AcceptBody = v.object({ note: line(500) });

export const PaymentParam = v.object({ proposal_id: rowId, payment_id: v.pipe(v.string(), v.uuid()) });

export const AnomalyParam = v.object({ proposal_id: rowId, entry_id: rowId });
