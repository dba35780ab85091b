import type { Deps } from '../deps.ts';
import type { Checkout, Proposal } from '../domain/proposal.ts';
import { obsoleteCheckouts, unsettledCheckouts } from '../domain/sessions.ts';
import { describeCauses } from '../errors.ts';
import { settle } from './settle.ts';

/**
 * Closes the sessions that could still be paid although the proposal is paid, void or changed. Never throws: the reconciler
 * closes what fails here.
 */
export async function expireObsoleteCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  await expireAll(deps, proposal, obsoleteCheckouts(proposal));
}

/** Closes all open sessions, before a decision that a payment would contradict. Never throws, as above. */
export async function expireOpenCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  await expireAll(deps, proposal, unsettledCheckouts(proposal, false));
}

async function expireAll(deps: Deps, { id }: Proposal, checkouts: readonly Checkout[]): Promise<void> {
  if (deps.config.devMode) return; // there is no Stripe to ask
  await Promise.all(checkouts.map(({ sessionId }) => expireCheckout(deps, sessionId, id)));
}

/** Closes one session and records how it ended. Never throws, as above. */
export async function expireCheckout(deps: Deps, sessionId: string, owner: number): Promise<void> {
  try {
    const seen = await deps.stripe.expireCheckoutSession(sessionId);
    if (seen.fact === 'checkout_open' || seen.fact === 'checkout_unknown') return;
    await settle(deps, seen, { via: 'stripe', owner });
  } catch (error) {
    console.error(JSON.stringify({ expire_checkout: 'failed', causes: describeCauses(error) }));
  }
}
