import { openCheckout } from './checkout.ts';
import { depositCents } from './deposit.ts';
import { type Proposal, sumCents } from './proposal.ts';

/**
 * How the deposit stands. `pending`: the money of a delayed method is on its way. `failed`: the last try at this version
 * came to nothing, and another may be made. `paid` is final, whatever is refunded later.
 */
export type DepositStatus = 'unpaid' | 'pending' | 'failed' | 'paid';

export function depositStatus({ payments, outcomes, checkouts, version }: Proposal): DepositStatus {
  if (payments.length > 0) return 'paid';
  if ([...outcomes.values()].includes('pending')) return 'pending';
  const [sessionId, outcome] = [...outcomes].at(-1) ?? [];
  const tried = checkouts.find((checkout) => checkout.sessionId === sessionId);
  return outcome === 'failed' && (tried?.version ?? version) === version ? 'failed' : 'unpaid';
}

/**
 * What whoever pays now is asked for, in minor units: what is on its way, or what the session is for that is open, since
 * staff may have begun one of another total; else the deposit on the proposal's.
 */
export function dueCents(state: Proposal, devMode: boolean, now: Date): number {
  const [pending] = state.checkouts.filter(({ sessionId }) => state.outcomes.get(sessionId) === 'pending');
  const begun = pending ?? (state.status === 'approved' ? openCheckout(state, devMode, now) : null);
  return begun?.depositCents ?? depositCents(state.totalCents, state.depositPercent, state.currency);
}

/** What was paid in the proposal's own currency, in minor units. Money in another is an anomaly, and no part of any sum. */
export function paidCents({ payments, currency }: Pick<Proposal, 'payments' | 'currency'>): number {
  return sumCents(payments.filter((payment) => (payment.currency ?? currency) === currency));
}

/** What of that was given back: the refunds that did not fail. */
export function refundedCents({ refunds, currency }: Pick<Proposal, 'refunds' | 'currency'>): number {
  return sumCents([...refunds.values()].filter((refund) => !refund.failed && refund.currency === currency));
}
