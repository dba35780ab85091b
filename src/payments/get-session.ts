import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { canSee } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import type { Checkout, Proposal, SessionStatus } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import { findProposalOfSession } from '../log/load.ts';
import { askOnce } from './ask-once.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

export type SessionDetails = {
  readonly proposal: Proposal;
  readonly checkout: Checkout;
  readonly status: SessionStatus | 'open';
};

/**
 * How a session stands, for a customer who comes back from Stripe's page. Coming back proves nothing: where the log does
 * not know the end, Stripe is asked, and its answer is recorded as the webhook's would be
 * (https://docs.stripe.com/checkout/fulfillment). One request; asking Stripe adds its call and one to the shard.
 */
export async function getSession(deps: Deps, actor: Actor, sessionId: string): Promise<SessionDetails> {
  authorize(actor, 'checkouts:read');
  const { db, config, stripe, waitUntil } = deps;
  const proposal = await findProposalOfSession(db, actor, sessionId, config);
  const checkout = proposal?.checkouts.find((candidate) => candidate.sessionId === sessionId);
  if (!proposal || !checkout || !canSee(actor, proposal)) {
    throw new AppError('session_not_found', 'There is no such session.');
  }
  const known = proposal.sessionStatuses.get(sessionId) ?? 'open';
  const isSettled = known !== 'open' && known !== 'pending';
  if (isSettled || checkout.devMode) return { proposal, checkout, status: known };

  const seen = await askOnce(stripe, sessionId);
  if (seen.fact === 'checkout_open' || seen.fact === 'checkout_unknown') {
    return { proposal, checkout, status: known };
  }
  const settled = await settle(deps, seen, { via: 'stripe', owner: proposal.id });
  const after = settled.proposal ?? proposal;
  waitUntil(expireObsoleteCheckouts(deps, settled));
  return { proposal: after, checkout, status: after.sessionStatuses.get(sessionId) ?? known };
}
