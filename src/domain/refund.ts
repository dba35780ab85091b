import type { CommandOf } from './command.ts';
import { idempotencyMismatch, paymentNotFound, type Rejection, type Ruling } from './decision.ts';
import { type Payment, type Proposal, type RefundRequest, sumCents } from './proposal.ts';

/**
 * Reserves a refund of a payment through Stripe, before Stripe is called: what is reserved cannot be refunded twice. One at
 * a time for each payment, and none while it is disputed: the bank would give the money back a second time.
 */
export function requestRefund(state: Proposal, command: CommandOf<'request_refund'>): Ruling {
  const { refundRequestId, sessionId, reason } = command;
  const known = state.refundRequests.get(refundRequestId);
  if (known) return replayOf(known, command);
  const payment = findRefundable(state, sessionId);
  if ('rejected' in payment) return payment;
  const { paymentId, paymentIntent } = payment;
  if (!paymentIntent) {
    return { rejected: 'not_refundable', detail: 'This payment cannot be refunded through Stripe.' };
  }
  const isDisputed = [...state.disputes.values()].some(
    (dispute) => dispute.paymentId === paymentId && dispute.closings.length === 0,
  );
  if (isDisputed)
    return { rejected: 'payment_disputed', detail: 'The payment is disputed. Wait for the bank.' };
  const isUnderWay = [...state.refundRequests.values()].some(
    (request) => request.paymentId === paymentId && request.status === 'reserved',
  );
  if (isUnderWay) return { rejected: 'refund_pending', detail: 'A refund of this payment is under way.' };
  const leftCents = refundableCents(state, payment);
  const amountCents = command.amountCents ?? leftCents;
  if (leftCents <= 0 || amountCents > leftCents) {
    return { rejected: 'refund_too_large', detail: 'It is more than what is held of this payment.' };
  }
  const meta = {
    refund_request_id: refundRequestId,
    stripe_session_id: paymentId,
    payment_intent: paymentIntent,
    amount_cents: amountCents,
    currency: payment.currency ?? state.currency,
    reason,
  };
  return { events: [{ event: 'refund_requested', meta }] };
}

/** The same request again changes nothing; one that was refused is over, and another one needs a key of its own. */
function replayOf(known: RefundRequest, { sessionId, amountCents }: CommandOf<'request_refund'>): Ruling {
  const isSame =
    (sessionId === null || sessionId === known.paymentId) &&
    (amountCents === null || amountCents === known.amountCents);
  if (!isSame) return idempotencyMismatch();
  if (known.status !== 'refused') return { events: [] };
  return { rejected: 'stripe_refused', detail: 'Stripe refused this refund. Ask for another one.' };
}

/** Stripe will not make a refund: what was reserved is free again. */
export function refuseRefund(state: Proposal, { refundRequestId, code }: CommandOf<'refuse_refund'>): Ruling {
  if (state.refundRequests.get(refundRequestId)?.status !== 'reserved') return { events: [] };
  return { events: [{ event: 'refund_refused', meta: { refund_request_id: refundRequestId, code } }] };
}

/** What can still be refunded of a payment, in minor units. */
export function refundableCents(state: Proposal, { paymentId, amountCents }: Payment): number {
  const isOfIt = (reversal: { readonly paymentId: string }) => reversal.paymentId === paymentId;
  const refunds = [...state.refunds.values()].filter((refund) => isOfIt(refund) && !refund.failed);
  const lost = [...state.disputes.values()].filter(
    (dispute) => isOfIt(dispute) && dispute.closings.at(-1) === 'lost',
  );
  const reserved = [...state.refundRequests.values()].filter(
    (request) => isOfIt(request) && request.status === 'reserved',
  );
  return amountCents - sumCents(refunds) - sumCents(lost) - sumCents(reserved);
}

/** The payment that is named, or the only one of which something is left. */
function findRefundable(state: Proposal, sessionId: string | null): Payment | Rejection {
  const payments = state.payments.filter(({ method }) => method === 'stripe');
  if (sessionId !== null) {
    const named = payments.find(({ paymentId }) => paymentId === sessionId);
    return named ?? paymentNotFound();
  }
  const left = payments.filter((payment) => refundableCents(state, payment) > 0);
  const [only] = left.length > 0 ? left : payments;
  if (!only) return paymentNotFound();
  if (left.length > 1)
    return { rejected: 'payment_ambiguous', detail: 'Name the payment: there are several.' };
  return only;
}
