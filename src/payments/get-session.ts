import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { mayTouch } from '../domain/decision.ts';
import type { Checkout, Proposal, SessionOutcome } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import { findProposalOfSession } from '../log/load.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

export type SessionDetails = {
  readonly proposal: Proposal;
  readonly checkout: Checkout;
  readonly outcome: SessionOutcome | 'open';
};

/**
 * What has become of a session, for whoever comes back from Stripe's page. That they came back proves nothing: where the
 * log does not know yet, Stripe is asked, and its answer recorded as the webhook would have been
 * (https://docs.stripe.com/checkout/fulfillment). One request; asking Stripe adds its call and one to the shard.
 */
export async function getSession(deps: Deps, actor: Actor, sessionId: string): Promise<SessionDetails> {
  const { db, config, stripe, waitUntil } = deps;
  const proposal = await findProposalOfSession(db, sessionId, config.depositPercent);
  const checkout = proposal?.checkouts.find((candidate) => candidate.sessionId === sessionId);
  if (!proposal || !checkout || !mayTouch(actor, proposal)) {
    throw new AppError('session_not_found', 'There is no such session.');
  }
  const known = proposal.outcomes.get(sessionId) ?? 'open';
  if (known !== 'open' && known !== 'pending') return { proposal, checkout, outcome: known };
  if (checkout.devMode) return { proposal, checkout, outcome: known };

  const told = await stripe.retrieveCheckoutSession(sessionId);
  if (told.fact === 'checkout_open' || told.fact === 'checkout_unknown') {
    return { proposal, checkout, outcome: known };
  }
  const settled = await settle(deps, told, { teller: 'stripe', owner: proposal.id });
  const after = settled.proposal ?? proposal;
  waitUntil(expireObsoleteCheckouts(deps, after));
  return { proposal: after, checkout, outcome: after.outcomes.get(sessionId) ?? known };
}
