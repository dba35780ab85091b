import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client.ts';
import { activityLog, leads, proposals } from '../db/schema.ts';
import type { Entry } from '../domain/entry.ts';
import { lockStatements, type ShardPosition } from './generation.ts';
import type { Revision, Writes } from './plan.ts';

/** Entries in a segment at most; after a full one there may be more. */
const segmentLimit = 1_000;

/** A shard's entries above a checkpoint, in order. Up to the id `upTo` there are no others. */
export type Segment = { readonly entries: Entry[]; readonly upTo: number; readonly isLast: boolean };

/**
 * Appends a group's writes in one transaction, one request, and returns the shard's segment above the checkpoint. The
 * shard's lock is taken first, so its ids commit in order even if another instance of it is alive. A key that was recorded
 * meanwhile, or a place in a proposal that is taken, violates a unique constraint: then nothing of the group is written.
 */
export async function appendGroup(
  db: Database,
  shard: ShardPosition,
  checkpoint: number,
  { entries, statuses, revisions, leads: newLeads, stripeEvents: events }: Writes,
): Promise<Segment> {
  const writes: BatchItem<'pg'>[] = [];
  if (newLeads.length > 0) writes.push(db.insert(leads).values(newLeads));
  if (entries.length > 0) writes.push(insertEntries(db, entries));
  for (const revision of revisions) writes.push(updateContent(db, revision));
  if (statuses.size > 0) writes.push(updateStatuses(db, statuses));
  if (events.length > 0) writes.push(insertStripeEvents(db, events));
  return runLocked(db, shard, writes, checkpoint);
}

/**
 * The shard's segment above the checkpoint. One request. It takes the lock too, and so waits for an append that we gave
 * up on and the database did not.
 */
export function readAbove(db: Database, shard: ShardPosition, checkpoint: number): Promise<Segment> {
  return runLocked(db, shard, [], checkpoint);
}

// Rows go in as one array per column: the statement is the same for one row and for sixty-four.

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

/** An event that was unattributed may match a proposal when it comes again; any other outcome stands. */
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
 * Runs writes in one transaction under the shard's lock, then reads what is above the checkpoint. Under the lock, in the
 * generation that writes, no other append of this shard is in flight: an id up to the log's last that is not visible now
 * never will be. So the checkpoint may move that far, past the entries of other shards.
 */
async function runLocked(
  db: Database,
  shard: ShardPosition,
  writes: readonly BatchItem<'pg'>[],
  checkpoint: number,
): Promise<Segment> {
  const results = await db.batch([
    ...lockStatements(db, shard),
    ...writes,
    db.select({ id: sql`coalesce(max(id), 0)`.mapWith(Number) }).from(activityLog),
    selectAbove(db, shard, checkpoint),
  ]);
  // Sound: these are the results of the last two statements.
  const [[last], entries] = results.slice(-2) as unknown as [[{ id: number }], Entry[]];
  const isLast = entries.length < segmentLimit;
  const lastEntryId = entries.at(-1)?.id ?? checkpoint;
  return { entries, isLast, upTo: isLast ? Math.max(last.id, lastEntryId) : lastEntryId };
}

function selectAbove(db: Database, shard: ShardPosition, checkpoint: number) {
  // Without line items, which no fold needs and which have no small limit: so a segment stays small.
  const meta = sql<Entry['meta']>`meta - '{line_items,replaced}'::text[]`;
  return db
    .select({ ...getTableColumns(activityLog), meta })
    .from(activityLog)
    .where(
      and(
        gt(activityLog.id, checkpoint),
        sql`mod(coalesce(${activityLog.proposalId}, ${activityLog.orgId}), ${shard.count}) = ${shard.index}`,
      ),
    )
    .orderBy(asc(activityLog.id))
    .limit(segmentLimit);
}
