import * as v from 'valibot';
import type {
  DisputeObservation,
  Marks,
  RefundObservation,
  SessionObservation,
} from '../domain/observation.ts';
import { line } from '../schemas.ts';

/** https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-id */
export const sessionId = v.pipe(
  v.string(),
  v.regex(/^cs_\w{1,250}$/, 'Must be the id of a Checkout Session.'),
);

/** An id, or the object with that id (https://docs.stripe.com/api/expanding_objects). */
const PaymentIntent = v.nullish(
  v.union([
    line(255),
    v.pipe(
      v.object({ id: line(255) }),
      v.transform(({ id }) => id),
    ),
  ]),
  null,
);

const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** https://docs.stripe.com/api/checkout/sessions/object */
export const Session = v.object({
  id: sessionId,
  created: v.nullish(amount, null),
  amount_total: amount,
  currency: v.nullish(line(10), null),
  payment_status: line(100),
  payment_intent: PaymentIntent,
  metadata: v.nullish(v.record(v.string(), v.unknown()), {}),
});

/** A session without money yet: its amount does not matter. */
export const UnpaidSession = v.object({
  ...Session.entries,
  amount_total: v.nullish(amount, 0),
  payment_status: v.nullish(line(100), 'unpaid'),
});

/** https://docs.stripe.com/api/refunds/object */
export const Refund = v.object({
  id: line(255),
  amount,
  currency: line(10),
  status: v.nullish(line(100), 'succeeded'),
  payment_intent: PaymentIntent,
  // A refund that staff made at Stripe may have any, or none.
  metadata: v.fallback(v.object({ refund_request_id: v.nullish(v.pipe(v.string(), v.uuid())) }), {}),
});

/** https://docs.stripe.com/api/disputes/object */
export const Dispute = v.object({
  id: line(255),
  amount,
  currency: line(10),
  status: line(100),
  reason: v.nullish(line(100), 'general'),
  payment_intent: PaymentIntent,
});

export function toSession(
  session: v.InferOutput<typeof Session>,
  fact: SessionObservation['fact'],
): SessionObservation {
  return {
    fact,
    sessionId: session.id,
    ...toMarks(session.metadata),
    createdAt: session.created === null ? null : new Date(session.created * 1000),
    amountCents: session.amount_total,
    currency: session.currency,
    paymentStatus: session.payment_status,
    paymentIntent: session.payment_intent,
  };
}

/** What metadata says of whose it is. */
export function toMarks(metadata: Readonly<Record<string, unknown>> | null): Marks {
  const { proposal_id, org_id, portal_url } = metadata ?? {};
  const portalUrl = typeof portal_url === 'string' ? portal_url : null;
  return { proposalId: toId(proposal_id), orgId: toId(org_id), portalUrl };
}

/** A session that counts as expired, where Stripe cannot say so itself. */
export function expiredSession(sessionId: string): SessionObservation {
  return toSession(v.parse(UnpaidSession, { id: sessionId }), 'checkout_expired');
}

export function toRefund(refund: v.InferOutput<typeof Refund>): RefundObservation {
  return {
    fact: 'refund',
    refundId: refund.id,
    refundRequestId: refund.metadata.refund_request_id ?? null,
    amountCents: refund.amount,
    currency: refund.currency,
    status: refund.status,
    paymentIntent: refund.payment_intent,
  };
}

export function toDispute(dispute: v.InferOutput<typeof Dispute>): DisputeObservation {
  return {
    fact: 'dispute',
    disputeId: dispute.id,
    amountCents: dispute.amount,
    currency: dispute.currency,
    status: dispute.status,
    reason: dispute.reason,
    paymentIntent: dispute.payment_intent,
  };
}

/** An id as our metadata writes it; anything else is null. */
function toId(value: unknown): number | null {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : null;
  return Number.isSafeInteger(id) ? id : null;
}
