import { isForTotal } from './checkout.ts';
import type { Ruling } from './decision.ts';
import type { AnomalyReason, UnstampedEvent } from './entry.ts';
import type { Observation, SessionObservation } from './observation.ts';
import type { Proposal } from './proposal.ts';
import { recordDispute, recordRefund } from './reversal.ts';
import { dueByNow, isForeign, milestonesOf, standingOf } from './standing.ts';

/** Records what was observed at Stripe: one rule for each kind of observation. */
export function settle(state: Proposal, observation: Observation, now: Date): Ruling {
  switch (observation.fact) {
    case 'refund':
      return recordRefund(state, observation);
    case 'dispute':
      return recordDispute(state, observation);
    case 'checkout_paid':
    case 'checkout_pending':
    case 'checkout_failed':
    case 'checkout_expired':
      return recordSession(state, observation, now);
  }
}

function recordSession(state: Proposal, session: SessionObservation, now: Date): Ruling {
  const { sessionId } = session;
  const isOurs = state.checkouts.some((checkout) => checkout.sessionId === sessionId);
  if (!isOurs && !mayClaim(state, session)) {
    return { rejected: 'proposal_not_found', detail: 'No proposal of ours matches this session.' };
  }
  const known = state.sessionStatuses.get(sessionId);
  if (known === 'paid') return { events: [] };
  switch (session.fact) {
    case 'checkout_paid':
      return { events: [paymentSuccess(state, session), ...anomalies(state, session, now)] };
    case 'checkout_pending':
      return { events: known ? [] : [{ event: 'payment_pending', meta: toMeta(session) }] };
    case 'checkout_failed':
      return { events: known === 'failed' ? [] : [{ event: 'payment_failed', meta: toMeta(session) }] };
    case 'checkout_expired':
      return { events: known ? [] : [{ event: 'checkout_expired', meta: { session_id: sessionId } }] };
  }
}

/** How far a database's clock may be ahead of Stripe's. */
const clockSkewMs = 10 * 60_000;

/**
 * Whether a session that we did not record may belong to this proposal, by its metadata. Anyone with access to the Stripe
 * account can set metadata, so it must at least name the right org. A session older than the proposal was for another one
 * that once had its id, before the database was restored.
 */
function mayClaim(state: Proposal, { orgId, createdAt }: SessionObservation): boolean {
  const isOlder = createdAt !== null && createdAt.getTime() < state.createdAt.getTime() - clockSkewMs;
  return orgId === state.orgId && !isOlder;
}

/** A payment is always recorded, once a session, whether or not it is what was agreed. */
function paymentSuccess(state: Proposal, session: SessionObservation): UnstampedEvent {
  const approvedAt = state.payments.length === 0 ? state.approval?.at : undefined;
  const { amountCents, currency } = session;
  const meta = {
    ...toMeta(session),
    approved_at: approvedAt?.toISOString() ?? null,
    ...(isForeign(currency, state) ? { is_foreign: true as const } : {}),
    ...milestonesOf(state, { amountCents, currency }),
  };
  return { event: 'payment_success', meta };
}

/** How the payment differs from what was agreed: in the session's own entry, or else in the proposal. */
function anomalies(state: Proposal, session: SessionObservation, now: Date): UnstampedEvent[] {
  const { sessionId, amountCents, currency } = session;
  const { instalments, depositCents, heldCents } = standingOf(state, now);
  const owed = dueByNow(instalments);
  const made = state.checkouts.find((checkout) => checkout.sessionId === sessionId);
  // A session that staff made for another total than the approved one was no agreement.
  const isAgreed = made && (made.version !== state.version || isForTotal(made, state));
  const agreed = isAgreed
    ? made
    : { amountCents: depositCents || owed, currency: state.currency, version: state.version };
  const reasons: AnomalyReason[] = [];
  if (amountCents !== agreed.amountCents) reasons.push('amount_mismatch');
  if (currency !== null && currency !== agreed.currency) reasons.push('currency_mismatch');
  if (agreed.version !== state.version) reasons.push('version_mismatch');
  // All that remains may be paid at once, where the session was made for that.
  const payableCents = Math.max(owed, isAgreed && made.amountCents > owed ? state.totalCents : 0) - heldCents;
  const isAsAgreed = amountCents === agreed.amountCents && agreed.version === state.version;
  if (payableCents <= 0 || (isAsAgreed && amountCents > payableCents)) reasons.push('already_paid');
  if (state.lifecycle === 'void') reasons.push('proposal_void');
  if (state.lifecycle === 'declined') reasons.push('proposal_declined');
  const meta = {
    stripe_session_id: sessionId,
    expected_cents: agreed.amountCents,
    expected_currency: agreed.currency,
    amount_cents: amountCents,
    currency,
  };
  return reasons.map((reason) => ({ event: 'payment_anomaly', meta: { ...meta, reason } }));
}

function toMeta(session: SessionObservation) {
  return {
    amount_cents: session.amountCents,
    currency: session.currency,
    stripe_session_id: session.sessionId,
    payment_status: session.paymentStatus,
    payment_intent: session.paymentIntent,
  };
}
