import { checkoutKey } from './checkout.ts';
import type { Decision } from './decision.ts';
import { depositCents } from './deposit.ts';
import type { ActorKind, AnomalyReason, Draft } from './entry.ts';
import type { SessionFact, StripeFact } from './observation.ts';
import type { Proposal } from './proposal.ts';
import { decideDispute, decideRefund } from './reversal.ts';

/** Who brought the fact: Stripe itself, or we who asked for what it could not deliver. */
export type Teller = Extract<ActorKind, 'stripe' | 'reconciler'>;

/**
 * The facts that a session can have told, the strongest first: whose the first of them is, is whose session it is,
 * whatever its metadata say by now.
 */
export function sessionKeys(sessionId: string): string[] {
  const others = ['payment_pending', 'payment_failed', 'checkout_expired'] as const;
  return [
    `payment_success:${sessionId}`,
    checkoutKey(sessionId),
    ...others.map((event) => `${event}:${sessionId}`),
  ];
}

/** One handler a fact. */
export function decideSettlement(state: Proposal, told: StripeFact, teller: Teller): Decision {
  switch (told.fact) {
    case 'refund':
      return decideRefund(state, told, teller);
    case 'dispute':
      return decideDispute(state, told, teller);
    case 'checkout_paid':
    case 'checkout_pending':
    case 'checkout_failed':
    case 'checkout_expired':
      return decideSession(state, told, teller);
  }
}

function decideSession(state: Proposal, session: SessionFact, teller: Teller): Decision {
  const isOwn = state.checkouts.some(({ sessionId }) => sessionId === session.sessionId);
  if (!isOwn && !mayClaim(state, session)) {
    return { rejected: 'proposal_not_found', detail: 'No proposal of ours claims this session.' };
  }
  const outcome = state.outcomes.get(session.sessionId);
  if (outcome === 'paid') return { drafts: [] };
  switch (session.fact) {
    case 'checkout_paid':
      return { drafts: paid(state, session, teller) };
    case 'checkout_pending':
      return { drafts: outcome ? [] : [sessionDraft('payment_pending', session, teller)] };
    case 'checkout_failed':
      return { drafts: outcome === 'failed' ? [] : [sessionDraft('payment_failed', session, teller)] };
    case 'checkout_expired': {
      const { sessionId } = session;
      const dedupeKey = `checkout_expired:${sessionId}`;
      const expired: Draft = {
        event: 'checkout_expired',
        meta: { session_id: sessionId },
        actor: teller,
        dedupeKey,
      };
      return { drafts: outcome ? [] : [expired] };
    }
  }
}

/** How much a database's clock may be ahead of Stripe's. */
const clockSkewMs = 10 * 60_000;

/**
 * Whether a session of which we have no record may be this proposal's, by its metadata. Anyone with access to the Stripe
 * account can set that, so it must at least name the owner; and one that was made before the proposal was for another
 * that once had its id, in a database that has been restored since.
 */
function mayClaim(state: Proposal, { orgId, createdAt }: SessionFact): boolean {
  const isOlder = createdAt !== null && createdAt.getTime() < state.createdAt.getTime() - clockSkewMs;
  return orgId === state.orgId && !isOlder;
}

/**
 * Paid money that a proposal claims is always recorded, once a session; what does not match what was asked for is told
 * beside it. What was asked for is the session's own entry; without one, the proposal is the check.
 */
function paid(state: Proposal, session: SessionFact, teller: Teller): Draft[] {
  const { sessionId, amountCents, currency } = session;
  const asked = state.checkouts.find((checkout) => checkout.sessionId === sessionId) ?? {
    depositCents: depositCents(state.totalCents, state.depositPercent, state.currency),
    currency: state.currency,
    version: state.version,
  };
  const anomalies: AnomalyReason[] = [];
  if (amountCents !== asked.depositCents) anomalies.push('amount_mismatch');
  if (currency !== null && currency !== asked.currency) anomalies.push('currency_mismatch');
  if (asked.version !== state.version) anomalies.push('version_mismatch');
  if (state.payments.length > 0) anomalies.push('already_paid');
  if (state.status === 'void') anomalies.push('proposal_void');

  const beside = anomalies.map(
    (reason): Draft => ({
      event: 'payment_anomaly',
      meta: {
        reason,
        stripe_session_id: sessionId,
        expected_cents: asked.depositCents,
        expected_currency: asked.currency,
        amount_cents: amountCents,
        currency,
      },
      actor: teller,
      dedupeKey: `payment_anomaly:${reason}:${sessionId}`,
    }),
  );
  const approvedAt = state.payments.length === 0 ? state.approval?.at : undefined;
  const success: Draft = {
    event: 'payment_success',
    meta: { ...toSessionMeta(session), approved_at: approvedAt?.toISOString() ?? null },
    actor: teller,
    dedupeKey: `payment_success:${sessionId}`,
  };
  return [success, ...beside];
}

function sessionDraft(
  event: 'payment_pending' | 'payment_failed',
  session: SessionFact,
  actor: Teller,
): Draft {
  return { event, meta: toSessionMeta(session), actor, dedupeKey: `${event}:${session.sessionId}` };
}

function toSessionMeta(session: SessionFact) {
  return {
    amount_cents: session.amountCents,
    currency: session.currency,
    stripe_session_id: session.sessionId,
    payment_status: session.paymentStatus,
    payment_intent: session.paymentIntent,
  };
}
