import type { Deps } from '../deps.ts';
import type { ProposalCommand } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import { accept, notFound } from '../domain/decision.ts';
import type { Proposal } from '../domain/proposal.ts';
import { findProposal } from '../log/load.ts';
import { expireObsoleteCheckouts, expireOpenCheckouts } from '../payments/expire-checkouts.ts';

/**
 * Has a command decided that no payment may come after: the open sessions are closed at Stripe first, so that what was
 * paid in them is known when it is decided. What would be refused anyway, or changes nothing, closes none. One read and
 * one call to the shard, and those to Stripe.
 */
export async function closeAndDecide(
  deps: Deps,
  command: Extract<ProposalCommand, { kind: 'revise' | 'void' }>,
): Promise<Proposal> {
  const { db, config, shards, now } = deps;
  const before = (await findProposal(db, command.proposalId, config.depositPercent)) ?? accept(notFound());
  if (accept(decide(before, command, now())).drafts.length > 0) await expireOpenCheckouts(deps, before);
  const { proposal } = await shards.execute(command);
  await expireObsoleteCheckouts(deps, proposal);
  return proposal;
}
