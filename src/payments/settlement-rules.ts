import type { AnomalyReason, Draft } from '../activity/entry.ts';
import type { Decision } from '../proposals/decision.ts';
import type { Proposal } from '../proposals/proposal.ts';
import { depositCents } from './deposit.ts';

/** A Checkout Session that Stripe says is paid. `orgId` is what its metadata claims; an unsigned event may lack it and the currency. */
export type PaidSession = {
  readonly sessionId: string;
  readonly orgId: number | null;
  readonly amountCents: number;
  readonly currency: string | null;
  readonly paymentStatus: string;
  readonly paymentIntent: string | null;
};

/** The fact that a session was paid. */
export const paymentKey = (sessionId: string) => `payment_success:${sessionId}`;

/**
 * Paid money that a proposal claims is always recorded, once a session; what does not match what was agreed is told
 * beside it. What was agreed is the session's own entry; without one, the proposal is the check.
 */
export function decideSettlement(state: Proposal, session: PaidSession): Decision {
  const own = state.checkouts.find((checkout) => checkout.sessionId === session.sessionId);
  // Metadata can be set by anyone with access to the Stripe account: it must at least name the owner.
  if (!own && session.orgId !== state.orgId) {
    return { rejected: 'proposal_not_found', detail: 'No proposal of ours claims this payment.' };
  }
  const { sessionId, amountCents, currency } = session;
  if (state.paidSessionIds.includes(sessionId)) return { drafts: [] };

  const agreed = own ?? {
    depositCents: depositCents(state.totalCents, state.depositPercent),
    currency: state.currency,
  };
  const anomalies: AnomalyReason[] = [];
  if (amountCents !== agreed.depositCents) anomalies.push('amount_mismatch');
  if (currency !== null && currency !== agreed.currency) anomalies.push('currency_mismatch');
  if (state.paidSessionIds.length > 0) anomalies.push('already_paid');

  const success: Draft = {
    event: 'payment_success',
    meta: {
      amount_cents: amountCents,
      currency,
      stripe_session_id: sessionId,
      payment_status: session.paymentStatus,
      payment_intent: session.paymentIntent,
    },
    actor: 'stripe',
    dedupeKey: paymentKey(sessionId),
  };
  const beside = anomalies.map(
    (reason): Draft => ({
      event: 'payment_anomaly',
      meta: {
        reason,
        stripe_session_id: sessionId,
        expected_cents: agreed.depositCents,
        expected_currency: agreed.currency,
        amount_cents: amountCents,
        currency,
      },
      actor: 'stripe',
      dedupeKey: `payment_anomaly:${reason}:${sessionId}`,
    }),
  );
  return { drafts: [success, ...beside] };
}
