import type { Database } from '../db/client.ts';
import type { NewEntry } from '../domain/entry.ts';
import { type Owed, owed, owingEvents } from '../domain/owed.ts';
import type { ShardPosition } from './generation.ts';

/**
 * Puts into the outbox what is owed, as the last statement of the transaction that appends. Each is put there once, and only
 * where its channel was on when the entry was made.
 */
export function toOwe(rows: readonly Owed[]): { sql: string; params: unknown[] }[] {
  return rows.length > 0 ? [{ sql: owe, params: [JSON.stringify(rows)] }] : [];
}

/** Books that are connected to another company owe everything since their start once more. */
export function rowKey(key: string): string {
  return `${key} || case when channels.channel = 'books' then ':g' || channels.generation else '' end`;
}

const owe = `
  insert into outbox (org_id, proposal_id, channel, generation, kind, key, entry_key, due_at, try_at)
  select owed."orgId", owed."proposalId", owed.channel, channels.generation, owed.kind, ${rowKey('owed.key')}, owed."entryKey",
    owed."dueAt", owed."dueAt"
  from json_to_recordset($1::json) as owed ("orgId" bigint, "proposalId" bigint, channel text, kind text, key text,
    "entryKey" text, "entryAt" timestamptz, "dueAt" timestamptz)
  join channels on channels.org_id = owed."orgId" and channels.channel = owed.channel and channels.since <= owed."entryAt"
  on conflict (key) do nothing`;

/** Ids of the log that one step of the repair looks at. */
const step = 5_000;

/** A run of the cron begins no step after this long, well within a call's deadline: the next one goes on. */
const repairMs = 2_500;

/** What is owed for longer would be too late to be sent, so it is not made up for. */
const repairedDays = 3;

/**
 * Derives again what the shard's entries owe, up to its checkpoint, and puts into the outbox what is missing there: what a
 * version appended that did not know it. Below the position it was done, and as ids commit in order, none is passed over.
 */
export async function repairOutbox(
  db: Database,
  shard: ShardPosition,
  { kv }: Pick<DurableObjectStorage, 'kv'>,
  checkpoint: number,
  hasMail: boolean,
): Promise<void> {
  const until = Date.now() + repairMs;
  let position = kv.get<number>('owed_until') ?? 0;
  while (position < checkpoint && Date.now() < until) {
    const upTo = Math.min(position + step, checkpoint);
    const rows = await db.$client.query(owing, [shard.count, shard.index, position, upTo, owingEvents]);
    // Sound: the statement selects them. Its JSON has times as texts.
    const entries = (rows as unknown as (NewEntry & { createdAt: string })[]).map(
      (row) => ({ ...row, createdAt: new Date(row.createdAt) }) as NewEntry,
    );
    const rowsOwed = entries.flatMap(owed).filter(({ channel }) => channel !== 'mail' || hasMail);
    for (const { sql, params } of toOwe(rowsOwed)) await db.$client.query(sql, params);
    kv.put('owed_until', upTo);
    position = upTo;
  }
}

const owing = `
  select org_id::double precision as "orgId", proposal_id::double precision as "proposalId", seq, event, actor, meta, dedupe_key as "dedupeKey",
    created_at as "createdAt"
  from portal_activity_log log
  where id > $3 and id <= $4 and mod(coalesce(proposal_id, org_id), $1::bigint) = $2::bigint
    and event = any($5::text[]) and created_at > now() - interval '${repairedDays} days'
    and exists (select 1 from channels where org_id = log.org_id and since <= log.created_at)`;
