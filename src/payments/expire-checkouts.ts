import type { Deps } from '../deps.ts';
import { obsoleteCheckouts, unsettledCheckouts } from '../domain/checkout.ts';
import type { Checkout, Proposal } from '../domain/proposal.ts';
import { describeCauses } from '../errors.ts';
import { settle } from './settle.ts';

/**
 * Closes the sessions that could still be paid in though nobody is to: of a proposal that is paid, void or changed.
 * Never throws: what fails here is the reconciler's to finish.
 */
export async function expireObsoleteCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  await expireAll(deps, proposal, obsoleteCheckouts(proposal));
}

/** Closes whatever is open, before something is decided that a payment would contradict. Never throws, as above. */
export async function expireOpenCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  await expireAll(deps, proposal, unsettledCheckouts(proposal, false));
}

async function expireAll(deps: Deps, { id }: Proposal, checkouts: readonly Checkout[]): Promise<void> {
  if (deps.config.devMode) return; // there is no Stripe to ask
  await Promise.all(checkouts.map(({ sessionId }) => expireCheckout(deps, sessionId, id)));
}

/** Closes one session and records what has become of it. Never throws, as above. */
export async function expireCheckout(deps: Deps, sessionId: string, owner: number): Promise<void> {
  try {
    const told = await deps.stripe.expireCheckoutSession(sessionId);
    if (told.fact === 'checkout_open' || told.fact === 'checkout_unknown') return;
    await settle(deps, told, { teller: 'stripe', owner });
  } catch (error) {
    console.error(JSON.stringify({ expire_checkout: 'failed', causes: describeCauses(error) }));
  }
}
