import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';

/** One shard among `count`, which form a generation. An entry belongs to the shard of its proposal, or else of its org. */
export type ShardPosition = { readonly index: number; readonly count: number };

/** First keys of two-key advisory locks: of each shard, and of the generation as a whole. */
const [shardLockSpace, generationLockSpace] = [8089, 8090];

/** The lock gives up before our own deadline does, so that we know that nothing was written. */
const giveUpInTime = sql`set_config('lock_timeout', '4s', true)`;

/** The SQLSTATE (division by zero) that refuses a shard whose generation does not write. */
export const wrongGeneration = '22012';

/** The first statements of a transaction: they take the shard's lock and check that its generation is the one that writes. */
export function lockStatements(db: Database, { index, count }: ShardPosition) {
  const locks = sql`pg_advisory_xact_lock_shared(${generationLockSpace}, 0), pg_advisory_xact_lock(${shardLockSpace}, ${index})`;
  const isOurs = sql`coalesce((select shard_count from log_generation), 0) = ${count}`;
  return [
    db.execute(sql`select ${giveUpInTime}, ${locks}`),
    // A statement sees what was committed when it began, and the one before may have waited: so this is one of its own.
    db.execute(sql`select 1 / (${isOurs})::int`),
  ] as const;
}

/**
 * Makes this generation the one that writes. It waits until appends of another generation are committed; from then on the
 * other one is refused with `wrongGeneration` until it takes over in turn. One request.
 */
export async function beginGeneration(db: Database, { count }: ShardPosition): Promise<void> {
  await db.batch([
    db.execute(sql`select ${giveUpInTime}, pg_advisory_xact_lock(${generationLockSpace}, 0)`),
    db.execute(sql`insert into log_generation (shard_count) values (${count})
      on conflict (one) do update set shard_count = excluded.shard_count`),
  ]);
}
