import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { ViewBody } from './schemas.ts';

/**
 * Records that the customer looked at the proposal, once an hour for each version. The page says so when a person does something there: a
 * program that only fetches a link is no customer. One call to the proposal's shard.
 */
export async function recordView(
  { shards }: Deps,
  actor: Actor,
  proposalId: number,
  { version }: InferOutput<typeof ViewBody>,
): Promise<void> {
  authorize(actor, 'proposals:view', proposalId);
  if (actor.kind === 'customer')
    await shards.execute({ kind: 'view', proposalId, actor, ...(version ? { version } : {}) });
}
