import { isRejection, type Rejection, type Ruling } from './decision.ts';
import type { UnstampedEvent } from './entry.ts';
import type { DisputeObservation, RefundObservation } from './observation.ts';
import type { Payment, Proposal } from './proposal.ts';
import { isForeign } from './standing.ts';

/** https://docs.stripe.com/api/refunds/object#refund_object-status: we keep the money. */
const failedStatuses = ['failed', 'canceled'];

/** https://docs.stripe.com/api/disputes/object#dispute_object-status: Stripe expects nothing more of us. An appeal may follow. */
const closedStatuses = ['won', 'lost', 'warning_closed', 'prevented'];

/**
 * Records a refund once, and its failure once. Events come in any order and each carries the refund's current status, so a
 * failure seen first records both: whatever the order, the entries are the same.
 */
export function recordRefund(state: Proposal, refund: RefundObservation): Ruling {
  const payment = paymentOf(state, refund.paymentIntent);
  if (isRejection(payment)) return payment;
  const { refundId, amountCents, currency, status, refundRequestId } = refund;
  const request = refundRequestId && state.refundRequests.has(refundRequestId) ? refundRequestId : null;
  const meta = {
    refund_id: refundId,
    amount_cents: amountCents,
    currency,
    status,
    ...reference(payment),
    ...(request ? { refund_request_id: request } : {}),
    ...(isForeign(currency, state) ? { is_foreign: true as const } : {}),
  };
  const known = state.refunds.get(refundId);
  const events: UnstampedEvent[] = [];
  if (!known) events.push({ event: 'payment_refunded', meta });
  if (failedStatuses.includes(status) && !known?.failed) events.push({ event: 'refund_failed', meta });
  return { events };
}

/** Records that a dispute was opened, once, and each way it was closed, once. As with refunds, order does not matter. */
export function recordDispute(state: Proposal, dispute: DisputeObservation): Ruling {
  const payment = paymentOf(state, dispute.paymentIntent);
  if (isRejection(payment)) return payment;
  const { disputeId, amountCents, currency, status, reason } = dispute;
  const meta = {
    dispute_id: disputeId,
    amount_cents: amountCents,
    currency,
    status,
    reason,
    ...reference(payment),
  };
  const known = state.disputes.get(disputeId);
  const events: UnstampedEvent[] = [];
  if (!known) events.push({ event: 'dispute_opened', meta });
  if (closedStatuses.includes(status) && !known?.closings.includes(status)) {
    events.push({ event: 'dispute_closed', meta });
  }
  return { events };
}

type ReversiblePayment = Payment & { readonly paymentIntent: string };

function paymentOf(state: Proposal, paymentIntent: string | null): ReversiblePayment | Rejection {
  const payment = state.payments.find((candidate) => candidate.paymentIntent === paymentIntent);
  if (payment && paymentIntent !== null) return { ...payment, paymentIntent };
  return { rejected: 'proposal_not_found', detail: 'No payment of ours matches this PaymentIntent.' };
}

function reference({ paymentIntent, paymentId }: ReversiblePayment) {
  return { payment_intent: paymentIntent, stripe_session_id: paymentId };
}
