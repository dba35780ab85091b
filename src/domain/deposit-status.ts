import { isForTotal } from './checkout.ts';
import { depositCents } from './deposit.ts';
import { hasPendingPayment, type Proposal, sumCents } from './proposal.ts';
import { openCheckout } from './sessions.ts';

/**
 * How the deposit stands. `pending`: a delayed payment is being processed. `failed`: the last attempt at this version
 * failed, and another may follow. `paid` is final, whatever is refunded later.
 */
export type DepositStatus = 'unpaid' | 'pending' | 'failed' | 'paid';

export function depositStatus(state: Proposal): DepositStatus {
  const { payments, sessionStatuses, checkouts, version } = state;
  if (payments.length > 0) return 'paid';
  if (hasPendingPayment(state)) return 'pending';
  const [sessionId, status] = [...sessionStatuses].at(-1) ?? [];
  const attempt = checkouts.find((checkout) => checkout.sessionId === sessionId);
  return status === 'failed' && (attempt?.version ?? version) === version ? 'failed' : 'unpaid';
}

/**
 * What the next payment would be for, in minor units: the pending payment, or else the open session, which keeps its amount
 * when the org's percentage changes; otherwise the deposit on the proposal's total.
 */
export function dueCents(state: Proposal, devMode: boolean, now: Date): number {
  const pending = state.checkouts.find(({ sessionId }) => state.sessionStatuses.get(sessionId) === 'pending');
  const open = state.status === 'approved' ? openCheckout(state, devMode, now) : null;
  const started = pending ?? (open && isForTotal(open, state) ? open : null);
  return started?.depositCents ?? depositCents(state.totalCents, state.depositPercent, state.currency);
}

/** What was paid in the proposal's own currency, in minor units. Money in another is an anomaly and part of no sum. */
export function paidCents({ payments, currency }: Pick<Proposal, 'payments' | 'currency'>): number {
  return sumCents(payments.filter((payment) => (payment.currency ?? currency) === currency));
}

/** What of that was refunded, in minor units. Refunds that failed do not count. */
export function refundedCents({ refunds, currency }: Pick<Proposal, 'refunds' | 'currency'>): number {
  return sumCents([...refunds.values()].filter((refund) => !refund.failed && refund.currency === currency));
}
