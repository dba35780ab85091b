import type { Deps } from '../deps.ts';
import type { Proposal } from '../domain/proposal.ts';
import { unsettledCheckouts } from '../domain/sessions.ts';
import { describeCauses } from '../errors.ts';
import type { Accepted } from '../log/command.ts';
import { settle } from './settle.ts';

/**
 * Closes the sessions that could still be paid although the proposal is paid, void or changed. Never throws: the reconciler
 * closes what fails here.
 */
export async function expireObsoleteCheckouts(
  deps: Deps,
  { proposalId, obsoleteSessionIds }: Pick<Accepted, 'proposalId' | 'obsoleteSessionIds'>,
): Promise<void> {
  if (proposalId !== null) await expireAll(deps, proposalId, obsoleteSessionIds);
}

/** Closes all open sessions, before a decision that a payment would contradict. Never throws, as above. */
export async function expireOpenCheckouts(deps: Deps, proposal: Proposal): Promise<void> {
  const open = unsettledCheckouts(proposal, false).map(({ sessionId }) => sessionId);
  await expireAll(deps, proposal.id, open);
}

async function expireAll(deps: Deps, owner: number, sessionIds: readonly string[]): Promise<void> {
  if (deps.config.devMode) return; // there is no Stripe to ask
  await Promise.all(sessionIds.map((sessionId) => expireCheckout(deps, sessionId, owner)));
}

/** Closes one session and records how it ended. Never throws, as above. */
export async function expireCheckout(deps: Deps, sessionId: string, owner: number): Promise<void> {
  try {
    const seen = await deps.stripe.expireCheckoutSession(sessionId);
    if (seen.fact === 'checkout_open' || seen.fact === 'checkout_unknown') return;
    await settle(deps, seen, { via: 'stripe', owner, brief: true });
  } catch (error) {
    console.error(JSON.stringify({ expire_checkout: 'failed', causes: describeCauses(error) }));
  }
}
