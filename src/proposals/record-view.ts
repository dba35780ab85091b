import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';

/**
 * Records that the customer looked at the proposal, once an hour. The page says so when a person does something there: a
 * program that only fetches a link is no customer. One call to the proposal's shard.
 */
export async function recordView({ shards }: Deps, actor: Actor, proposalId: number): Promise<void> {
  authorize(actor, 'proposals:view', proposalId);
  if (actor.kind === 'customer') await shards.execute({ kind: 'view', proposalId, actor });
}
