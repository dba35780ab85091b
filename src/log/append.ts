import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client.ts';
import { activityLog, leads, proposals } from '../db/schema.ts';
import type { Entry } from '../domain/entry.ts';
import type { Revision, Writes } from './plan.ts';

/** Entries read at most at once; whoever gets a full page asks again. */
const pageSize = 1_000;

/** First keys of the two-key advisory locks, so that they are nobody else's: of each shard, and of all of them. */
const [lockSpace, generationLockSpace] = [8089, 8090];

/** Which entries are one shard's: those of its proposals and, for entries without one, of its orgs. */
export type ShardPosition = { readonly index: number; readonly count: number };

/** The shard's entries above a watermark, in order, and the id up to which these are all there are. */
export type Page = { readonly entries: Entry[]; readonly upTo: number; readonly isLast: boolean };

/**
 * Appends a group's writes in one transaction, one request, and returns the shard's entries above the watermark, a
 * page at most. The shard's lock comes first, so its ids commit in order whoever else is alive. A fact told meanwhile,
 * or a place in a proposal taken, violates a unique key: then nothing of the group is written.
 */
export async function appendGroup(
  db: Database,
  shard: ShardPosition,
  watermark: number,
  { entries, statuses, revisions, leads: newLeads, stripeEvents: events }: Writes,
): Promise<Page> {
  const writes: BatchItem<'pg'>[] = [];
  if (newLeads.length > 0) writes.push(db.insert(leads).values(newLeads));
  if (entries.length > 0) writes.push(insertEntries(db, entries));
  for (const revision of revisions) writes.push(updateContent(db, revision));
  if (statuses.size > 0) writes.push(updateStatuses(db, statuses));
  if (events.length > 0) writes.push(insertStripeEvents(db, events));
  return runLocked(db, shard, writes, watermark);
}

// Columns as arrays: the statement is the same for one row and for sixty-four, and costs little more to make or to plan.

function insertEntries(db: Database, entries: Writes['entries']) {
  const column = columnOf(entries);
  return db.execute(sql`
    insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key, created_at)
    select * from unnest(
      ${column((entry) => entry.orgId)}::bigint[],
      ${column((entry) => entry.proposalId)}::bigint[],
      ${column((entry) => entry.seq)}::integer[],
      ${column((entry) => entry.event)}::text[],
      ${column((entry) => entry.actor)}::text[],
      ${column((entry) => JSON.stringify(entry.meta))}::jsonb[],
      ${column((entry) => entry.dedupeKey)}::text[],
      ${column((entry) => entry.createdAt.toISOString())}::timestamptz[])`);
}

function updateContent(db: Database, { id, ...content }: Revision) {
  return db
    .update(proposals)
    .set({ ...content, lineItems: [...content.lineItems] })
    .where(eq(proposals.id, id));
}

/** An event that nobody claimed may find its proposal when it is told again. */
function insertStripeEvents(db: Database, events: Writes['stripeEvents']) {
  const column = columnOf(events);
  return db.execute(sql`
    insert into stripe_events (id, type, api_version, livemode, payload, outcome, received_at)
    select * from unnest(
      ${column((event) => event.id)}::text[],
      ${column((event) => event.type)}::text[],
      ${column((event) => event.apiVersion)}::text[],
      ${column((event) => event.livemode)}::boolean[],
      ${column((event) => event.payload)}::json[],
      ${column((event) => event.outcome)}::text[],
      ${column((event) => event.receivedAt.toISOString())}::timestamptz[])
    on conflict (id) do update set outcome = excluded.outcome
    where stripe_events.outcome = 'unattributed' and excluded.outcome <> 'unattributed'`);
}

function updateStatuses(db: Database, statuses: Writes['statuses']) {
  const column = columnOf([...statuses]);
  return db.execute(sql`
    update proposals set status = changed.status
    from unnest(${column(([id]) => id)}::bigint[], ${column(([, status]) => status)}::text[]) as changed (id, status)
    where proposals.id = changed.id`);
}

function columnOf<T>(rows: readonly T[]) {
  return (value: (row: T) => unknown) => sql.param(rows.map(value));
}

/**
 * The shard's entries above the watermark, a page at most. One request. It takes the lock too, and so waits for an append
 * that we gave up on and the database did not.
 */
export function readAbove(db: Database, shard: ShardPosition, watermark: number): Promise<Page> {
  return runLocked(db, shard, [], watermark);
}

/**
 * Makes these shards the ones that write. Waits until whatever others are appending is committed, and from then on they
 * are refused with `wrongGeneration`, until they do the same. One request.
 */
export async function beginGeneration(db: Database, { count }: ShardPosition): Promise<void> {
  await db.batch([
    db.execute(sql`select ${giveUpInTime}, pg_advisory_xact_lock(${generationLockSpace}, 0)`),
    db.execute(sql`insert into log_generation (shard_count) values (${count})
      on conflict (one) do update set shard_count = excluded.shard_count`),
  ]);
}

/** The SQLSTATE (division by zero) with which shards are refused that are not the ones that write. */
export const wrongGeneration = '22012';

/** The lock gives up before our own deadline does, so that we know that nothing was written. */
const giveUpInTime = sql`set_config('lock_timeout', '4s', true)`;

/**
 * Runs writes in one transaction under the shard's lock, and then reads what is above the watermark. Under the lock, and
 * with no other generation writing, nothing of this shard is under way: what has an id up to the log's last and is not
 * to be seen now, never will be. So the watermark may move that far, past all that is others'.
 */
async function runLocked(
  db: Database,
  { index, count }: ShardPosition,
  writes: readonly BatchItem<'pg'>[],
  watermark: number,
): Promise<Page> {
  const locks = sql`pg_advisory_xact_lock_shared(${generationLockSpace}, 0), pg_advisory_xact_lock(${lockSpace}, ${index})`;
  const isOurs = sql`coalesce((select shard_count from log_generation), 0) = ${count}`;
  const results = await db.batch([
    db.execute(sql`select ${giveUpInTime}, ${locks}`),
    // Apart from the locks: a statement sees what was committed when it began, and it may have waited.
    db.execute(sql`select 1 / (${isOurs})::int`),
    ...writes,
    db.select({ id: sql`coalesce(max(id), 0)`.mapWith(Number) }).from(activityLog),
    selectAbove(db, { index, count }, watermark),
  ]);
  const [[last], entries] = results.slice(-2) as unknown as [[{ id: number }], Entry[]]; // of the last two statements
  const isLast = entries.length < pageSize;
  const lastEntryId = entries.at(-1)?.id ?? watermark;
  return { entries, isLast, upTo: isLast ? Math.max(last.id, lastEntryId) : lastEntryId };
}

function selectAbove(db: Database, shard: ShardPosition, watermark: number) {
  // Without what was offered, which no fold needs: a page is so many entries, however long they are.
  const meta = sql<Entry['meta']>`meta - '{line_items,replaced}'::text[]`;
  return db
    .select({ ...getTableColumns(activityLog), meta })
    .from(activityLog)
    .where(
      and(
        gt(activityLog.id, watermark),
        sql`mod(coalesce(${activityLog.proposalId}, ${activityLog.orgId}), ${shard.count}) = ${shard.index}`,
      ),
    )
    .orderBy(asc(activityLog.id))
    .limit(pageSize);
}
