import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';

/** One shard among `count`, which form a generation. An entry belongs to the shard of its proposal, or else of its org. */
export type ShardPosition = { readonly index: number; readonly count: number };

/** The SQLSTATE that refuses a shard whose generation does not write: raised by `lock_shard` (migration 0006). */
export const wrongGeneration = '22012';

/**
 * Makes this generation the one that writes. It waits until appends of another generation are committed; from then on the
 * other one is refused with `wrongGeneration` until it takes over in turn. One request.
 */
export async function beginGeneration(db: Database, { count }: ShardPosition): Promise<void> {
  await db.batch([
    // The lock that every shard shares (`lock_shard`). It gives up before our own deadline does.
    db.execute(sql`select set_config('lock_timeout', '4s', true), pg_advisory_xact_lock(8090, 0)`),
    db.execute(sql`insert into log_generation (shard_count) values (${count})
      on conflict (one) do update set shard_count = excluded.shard_count`),
  ]);
}
