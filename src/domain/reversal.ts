import type { Decision, Rejection } from './decision.ts';
import type { ActorKind, Draft } from './entry.ts';
import type { DisputeFact, RefundFact } from './observation.ts';
import type { Payment, Proposal } from './proposal.ts';

/** https://docs.stripe.com/api/refunds/object#refund_object-status: the money stays with us. */
const failedStatuses = ['failed', 'canceled'];

/** https://docs.stripe.com/api/disputes/object#dispute_object-status: nothing more is asked of us. An appeal may follow. */
const closedStatuses = ['won', 'lost', 'warning_closed', 'prevented'];

/**
 * A refund, once: that it was made, and, if so, that it failed. Events come in any order and each tells how the refund
 * stands, so a failure that is told first tells both, and whatever the order the same entries are written.
 */
export function decideRefund(state: Proposal, refund: RefundFact, actor: ActorKind): Decision {
  const payment = paymentOf(state, refund.paymentIntent);
  if ('rejected' in payment) return payment;
  const { refundId, amountCents, currency, status } = refund;
  const meta = { refund_id: refundId, amount_cents: amountCents, currency, status, ...reference(payment) };
  const known = state.refunds.get(refundId);
  const drafts: Draft[] = [];
  if (!known)
    drafts.push({ event: 'payment_refunded', meta, actor, dedupeKey: `payment_refunded:${refundId}` });
  if (failedStatuses.includes(status) && !known?.failed) {
    drafts.push({ event: 'refund_failed', meta, actor, dedupeKey: `refund_failed:${refundId}` });
  }
  return { drafts };
}

/** A dispute, once: that it was opened, and how it was closed. As with refunds, the order of events does not matter. */
export function decideDispute(state: Proposal, dispute: DisputeFact, actor: ActorKind): Decision {
  const payment = paymentOf(state, dispute.paymentIntent);
  if ('rejected' in payment) return payment;
  const { disputeId, amountCents, currency, status, reason } = dispute;
  const meta = {
    ...{ dispute_id: disputeId, amount_cents: amountCents, currency, status, reason },
    ...reference(payment),
  };
  const drafts: Draft[] = [];
  const known = state.disputes.get(disputeId);
  if (!known) {
    drafts.push({ event: 'dispute_opened', meta, actor, dedupeKey: `dispute_opened:${disputeId}` });
  }
  if (closedStatuses.includes(status) && !known?.closings.includes(status)) {
    drafts.push({ event: 'dispute_closed', meta, actor, dedupeKey: `dispute_closed:${disputeId}:${status}` });
  }
  return { drafts };
}

type ReversiblePayment = Payment & { readonly paymentIntent: string };

function paymentOf(state: Proposal, paymentIntent: string | null): ReversiblePayment | Rejection {
  const payment = state.payments.find((candidate) => candidate.paymentIntent === paymentIntent);
  if (payment && paymentIntent !== null) return { ...payment, paymentIntent };
  return { rejected: 'proposal_not_found', detail: 'No payment of ours is the one that this is about.' };
}

function reference({ paymentIntent, sessionId }: ReversiblePayment) {
  return { payment_intent: paymentIntent, stripe_session_id: sessionId };
}
