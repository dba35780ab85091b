import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';

type Approved = Proposal & { readonly approval: NonNullable<Proposal['approval']> };

/** Records the approval of this version, with the name given and the IP address. One call to the proposal's shard. */
export async function approveProposal(
  { shards }: Deps,
  actor: Actor,
  approval: { proposalId: number; name: string; version: number; ip: string | null },
): Promise<Approved> {
  authorize(actor, 'proposals:approve', approval.proposalId);
  const { proposal } = await shards.execute({ kind: 'approve', actor, ...approval });
  if (!proposal.approval) throw new Error('An approval left none.');
  return { ...proposal, approval: proposal.approval };
}
