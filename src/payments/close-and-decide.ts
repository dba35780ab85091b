import type { Deps } from '../deps.ts';
import type { CommandOf } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import type { Proposal } from '../domain/proposal.ts';
import { findProposal } from '../log/load.ts';
import { expireObsoleteCheckouts, expireOpenCheckouts } from './expire-checkouts.ts';

/**
 * Executes a command that no payment may follow: it closes the open sessions at Stripe first, so that a payment made in
 * them is known when the command is decided. A command that would be refused, or would change nothing, closes none. One
 * read, one call to the shard, and those to Stripe.
 */
export async function closeAndDecide(
  deps: Deps,
  command: CommandOf<'revise' | 'void' | 'decline' | 'record_payment'>,
): Promise<Proposal> {
  const { db, config, shards, now } = deps;
  const before =
    (await findProposal(db, command.actor, command.proposalId, config)) ?? orThrow(proposalNotFound());
  const { events } = orThrow(decide(before, command, now()));
  if (events.length > 0) await expireOpenCheckouts(deps, before);
  const accepted = await shards.execute(command);
  await expireObsoleteCheckouts(deps, accepted);
  return accepted.proposal;
}
