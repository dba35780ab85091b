import { findProposal } from '../activity/log.ts';
import type { Actor } from '../auth/actor.ts';
import { authorize } from '../auth/authorize.ts';
import type { Deps } from '../deps.ts';
import { accept, notFound } from '../proposals/decision.ts';
import type { Checkout } from '../proposals/proposal.ts';
import { checkoutAmounts, openCheckout } from './checkout-rules.ts';

/**
 * A Checkout Session for the deposit: the one that is open, else a new one. One read, at most one call to Stripe and one
 * to the shard, which has the last word: nobody gets the URL of a session that it did not record.
 */
export async function beginCheckout(
  { db, config, stripe, shards, now }: Deps,
  actor: Actor,
  { proposalId, statedTotalCents }: { proposalId: number; statedTotalCents: number | null },
): Promise<Checkout> {
  authorize(actor, proposalId);
  const proposal = await findProposal(db, proposalId, config.depositPercent);
  if (!proposal) return accept(notFound());
  const amounts = accept(checkoutAmounts(proposal, actor, statedTotalCents));
  const open = openCheckout(proposal, statedTotalCents, config.devMode, now());
  if (open) return accept(open);

  const { orgId, version, title, customerEmail, currency, checkouts } = proposal;
  const request = { proposalId, orgId, version, title, customerEmail, currency, ...amounts };
  const checkout = await stripe.createCheckoutSession(
    { ...request, previousCheckouts: checkouts.length },
    now(),
  );
  const recorded = await shards.execute({
    kind: 'record_checkout',
    proposalId,
    actor,
    statedTotalCents,
    checkout,
  });
  return recorded.proposal.checkouts.findLast(({ devMode }) => devMode === checkout.devMode) ?? checkout;
}
