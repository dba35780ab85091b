import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client.ts';
import { activityLog, leads, proposals } from '../db/schema.ts';
import type { Entry } from './entry.ts';
import type { Revision, Writes } from './plan-group.ts';

/** Entries read at most at once; whoever gets a full page asks again. */
export const pageSize = 1_000;

/** First key of the two-key advisory locks, so that they are nobody else's. */
const lockSpace = 8089;

/** Which entries are one shard's: those of its proposals and, for entries without one, of its orgs. */
export type ShardPosition = { readonly index: number; readonly count: number };

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
): Promise<Entry[]> {
  const statements: [BatchItem<'pg'>, ...BatchItem<'pg'>[]] = [takeLock(db, shard)];
  if (newLeads.length > 0) statements.push(db.insert(leads).values(newLeads));
  if (entries.length > 0) statements.push(insertEntries(db, entries));
  for (const revision of revisions) statements.push(updateContent(db, revision));
  if (statuses.size > 0) statements.push(updateStatuses(db, statuses));
  if (events.length > 0) statements.push(insertStripeEvents(db, events));
  const results = await db.batch([...statements, selectAbove(db, shard, watermark)] as typeof statements);
  return results.at(-1) as unknown as Entry[]; // the last statement's rows
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
 * The shard's entries above the watermark, in order, a page at most. One request. It takes the lock too, and so waits
 * for an append that we gave up on and the database did not.
 */
export async function readAbove(db: Database, shard: ShardPosition, watermark: number): Promise<Entry[]> {
  const [, page] = await db.batch([takeLock(db, shard), selectAbove(db, shard, watermark)]);
  return page as Entry[]; // what the log holds was written as entries
}

/** The lock gives up before our own deadline does, so that we know that nothing was written. */
function takeLock(db: Database, shard: ShardPosition) {
  return db.execute(
    sql`select set_config('lock_timeout', '4s', true), pg_advisory_xact_lock(${lockSpace}, ${shard.index})`,
  );
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
