import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';

/** Ends every link to the proposal that was handed out so far. One call to the proposal's shard. */
export async function revokeLinks({ shards }: Deps, actor: Staff, proposalId: number): Promise<void> {
  authorize(actor, 'proposals:write', proposalId);
  await shards.execute({ kind: 'revoke_links', proposalId, actor });
}
