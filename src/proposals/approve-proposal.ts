import type { Actor } from '../auth/actor.ts';
import { authorize } from '../auth/authorize.ts';
import type { Deps } from '../deps.ts';
import type { Proposal } from './proposal.ts';

/** Records that this version was approved, by whom and from where. One call to the proposal's shard. */
export async function approveProposal(
  { shards }: Deps,
  actor: Actor,
  approval: { proposalId: number; name: string; version: number; ip: string | null },
): Promise<Proposal> {
  authorize(actor, approval.proposalId);
  const { proposal } = await shards.execute({ kind: 'approve', actor, ...approval });
  return proposal;
}
