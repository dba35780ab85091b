import type { Deps } from '../deps.ts';
import { describeCauses } from '../errors.ts';
import type { Proposal } from '../proposals/proposal.ts';
import { obsoleteCheckouts } from './checkout-rules.ts';
import { settle } from './settle.ts';

/**
 * Closes the sessions that could still be paid in though nobody is to: of a proposal that is paid, void or changed.
 * Never throws: what fails here is the reconciler's to finish.
 */
export async function expireObsoleteCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  if (deps.config.devMode) return; // there is no Stripe to ask
  const ids = obsoleteCheckouts(proposal).map(({ sessionId }) => sessionId);
  await Promise.all(ids.map((sessionId) => expireCheckout(deps, sessionId, proposal.id)));
}

/** Closes one session and records what has become of it. Never throws, as above. */
export async function expireCheckout(deps: Deps, sessionId: string, owner: number): Promise<void> {
  try {
    const told = await deps.stripe.expireCheckoutSession(sessionId);
    await settle(deps, told, { teller: 'stripe', owner });
  } catch (error) {
    console.error(JSON.stringify({ expire_checkout: 'failed', causes: describeCauses(error) }));
  }
}
