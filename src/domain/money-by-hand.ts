import type { FieldErrorCode } from '../errors.ts';
import { dateIn } from './calendar.ts';
import type { CommandOf } from './command.ts';
import {
  idempotencyMismatch,
  paymentNotFound,
  paymentPending,
  proposalDeclined,
  proposalVoid,
  type Rejection,
  type Ruling,
} from './decision.ts';
import { approvalOf, hasPendingPayment, type Proposal } from './proposal.ts';
import { milestonesOf, standingOf } from './standing.ts';

// What staff do about money that does not come or go through Stripe by itself.

/** Asks for a part of the schedule that is due on request: it is due then. Once a version. */
export function requestPayment(state: Proposal, { key }: CommandOf<'request_payment'>, now: Date): Ruling {
  if (state.lifecycle === 'void') return proposalVoid(state);
  if (state.lifecycle === 'declined') return proposalDeclined();
  if (!approvalOf(state)) {
    return { rejected: 'proposal_not_approved', detail: 'The proposal has not been approved yet.' };
  }
  const instalment = standingOf(state, now).instalments.find(({ part }) => part.key === key);
  if (!instalment) {
    return { rejected: 'instalment_not_found', detail: 'The schedule has no such part.' };
  }
  if (state.requests.has(key)) return { events: [] };
  if (instalment.part.due !== 'request') {
    return { rejected: 'not_on_request', detail: 'This part is due without being asked for.' };
  }
  if (instalment.state === 'paid') return { rejected: 'already_paid', detail: 'This part is paid.' };
  const meta = { key, version: state.version, amount_cents: instalment.amountCents };
  return { events: [{ event: 'payment_requested', meta }] };
}

/** Records money that did not come through Stripe. Not while a payment is on its way there: it might be paid twice. */
export function recordPayment(state: Proposal, command: CommandOf<'record_payment'>, now: Date): Ruling {
  const { paymentId, method, amountCents, receivedOn, reference, overpayment } = command;
  const known = state.payments.find((payment) => payment.paymentId === paymentId);
  if (known) {
    const isSame = known.amountCents === amountCents && known.method === method;
    return isSame ? { events: [] } : idempotencyMismatch();
  }
  if (state.lifecycle === 'void') return proposalVoid(state);
  if (state.lifecycle === 'declined') return proposalDeclined();
  if (hasPendingPayment(state)) return paymentPending();
  if (receivedOn > dateIn(state.timeZone, now)) {
    return wrongField('received_on', 'in_the_future', 'Must not be in the future.');
  }
  if (command.currency !== undefined && command.currency !== state.currency) {
    return wrongField(
      'currency',
      'unknown_value',
      `Must be ${state.currency.toUpperCase()}, as the proposal is.`,
    );
  }
  const { remainingCents } = standingOf(state, now);
  if (amountCents > remainingCents && !overpayment) {
    return { rejected: 'overpayment', detail: 'It is more than what remains to be paid.' };
  }
  const { currency } = state;
  const meta = {
    payment_id: paymentId,
    method,
    amount_cents: amountCents,
    currency,
    received_on: receivedOn,
    reference,
    ...milestonesOf(state, { amountCents, currency }),
  };
  return { events: [{ event: 'payment_recorded', meta }] };
}

/** Takes such a record back: a cheque that was returned, money that was given back, a mistake. */
export function reversePayment(state: Proposal, { paymentId, reason }: CommandOf<'reverse_payment'>): Ruling {
  const payment = state.payments.find((candidate) => candidate.paymentId === paymentId);
  if (!payment) return paymentNotFound();
  const { method, amountCents, currency, isReversed } = payment;
  if (method === 'stripe') {
    return { rejected: 'paid_through_stripe', detail: 'This payment came through Stripe: refund it.' };
  }
  if (isReversed) return { events: [] };
  const meta = {
    payment_id: paymentId,
    method,
    amount_cents: amountCents,
    currency: currency ?? state.currency,
    reason,
  };
  return { events: [{ event: 'payment_reversed', meta }] };
}

/** Staff have looked at an anomaly and accept it. The verb has checked that it is one of this proposal's. */
export function acceptAnomaly(state: Proposal, { entryId, note }: CommandOf<'accept_anomaly'>): Ruling {
  if (state.acceptedAnomalies.has(entryId)) return { events: [] };
  return { events: [{ event: 'anomaly_accepted', meta: { entry_id: entryId, note } }] };
}

function wrongField(name: string, code: FieldErrorCode, detail: string): Rejection {
  const errors = [{ pointer: `#/${name}`, code, detail }];
  return { rejected: 'invalid_request', detail: `${name}: ${detail}`, errors };
}
