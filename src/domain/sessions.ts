import type { Checkout, Proposal } from './proposal.ts';
import { standingOf } from './standing.ts';

/**
 * The sessions whose end the log does not know. One whose time is over may have been paid in its last minute. Simulated
 * sessions do not count in live mode, nor live ones in dev mode.
 */
export function unsettledCheckouts(state: Proposal, devMode: boolean): Checkout[] {
  return state.checkouts.filter(
    (checkout) => checkout.devMode === devMode && !state.sessionStatuses.has(checkout.sessionId),
  );
}

/** The session that can still be paid, as far as the log knows. A second click, tab or retry gets it too. */
export function openCheckout(state: Proposal, devMode: boolean, now: Date): Checkout | null {
  const isOpen = ({ version, expiresAt }: Checkout) => version === state.version && expiresAt > now;
  return unsettledCheckouts(state, devMode).findLast(isOpen) ?? null;
}

/** Sessions that must be closed: Stripe would take money for another version, or more than is payable. */
export function obsoleteCheckouts(state: Proposal, now: Date): Checkout[] {
  const unsettled = unsettledCheckouts(state, false);
  if (unsettled.length === 0) return [];
  const payableCents = payableNow(state, now);
  return unsettled.filter(
    ({ version, amountCents }) => version !== state.version || amountCents > payableCents,
  );
}

/** The most that may be paid now, in minor units: what is due, or all that remains where the org allows that. */
export function payableNow(state: Proposal, now: Date): number {
  const { dueCents, remainingCents, pendingCents, isExpired } = standingOf(state, now);
  const mayPayAll = state.mayPayInFull && state.lifecycle === 'approved' && !isExpired;
  return mayPayAll ? Math.max(dueCents, remainingCents - pendingCents) : dueCents;
}

/** How many sessions of the proposal the log knows, whether we recorded their start or only heard of their end. */
export function countSessions({ checkouts, sessionStatuses, forgottenSessions }: Proposal): number {
  const held = new Set([...checkouts.map(({ sessionId }) => sessionId), ...sessionStatuses.keys()]);
  return forgottenSessions + held.size;
}
