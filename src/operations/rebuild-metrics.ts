import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';

/** Begins to fold all sums from the log again. Until that is done, a scrape is a 503. One call to every shard. */
export async function rebuildMetrics({ shards }: Deps, actor: Staff): Promise<void> {
  authorize(actor, 'metrics:rebuild');
  await shards.rebuild();
}
