import type { Checkout, Proposal } from './proposal.ts';

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

/** The sessions that Stripe would still take money in although the proposal is paid, void or at another version. */
export function obsoleteCheckouts(state: Proposal): Checkout[] {
  const isOver = state.status === 'deposit_paid' || state.status === 'void';
  return unsettledCheckouts(state, false).filter(({ version }) => isOver || version !== state.version);
}

/** How many sessions of the proposal the log knows, whether we recorded their start or only heard of their end. */
export function countSessions({ checkouts, sessionStatuses, forgottenSessions }: Proposal): number {
  const held = new Set([...checkouts.map(({ sessionId }) => sessionId), ...sessionStatuses.keys()]);
  return forgottenSessions + held.size;
}
