import type { Staff } from '../auth/actor.ts';
import type { Deps } from '../deps.ts';
import { expireObsoleteCheckouts } from '../payments/expire-checkouts.ts';
import type { Proposal } from './proposal.ts';

/** Takes the proposal back for good, and closes its open session at Stripe. One call to the shard. */
export async function voidProposal(deps: Deps, actor: Staff, proposalId: number): Promise<Proposal> {
  const { proposal } = await deps.shards.execute({ kind: 'void', proposalId, actor });
  await expireObsoleteCheckouts(deps, proposal);
  return proposal;
}
