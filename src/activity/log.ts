import { and, asc, desc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from '../db/client.ts';
import { activityLog, leads, orgs, proposals, stripeEvents } from '../db/schema.ts';
import { checkoutKey } from '../payments/checkout-rules.ts';
import { evolve, initialProposal, type Proposal } from '../proposals/proposal.ts';
import type { ActorKind, Entry, Fact } from './entry.ts';
import type { Loaded, Revision, Writes } from './plan-group.ts';

/** Entries read at most at once; whoever gets a full page asks again. */
export const pageSize = 1_000;

/** First key of the two-key advisory locks, so that they are nobody else's. */
const lockSpace = 8089;

/** Which entries are one shard's: those of its proposals and, for entries without one, of its orgs. */
export type ShardPosition = { readonly index: number; readonly count: number };

type EntryJson = Fact & { actor: ActorKind; createdAt: string };

/** The proposals and told facts that a group is decided on. One request. */
export async function loadGroup(
  db: Database,
  proposalIds: readonly number[],
  dedupeKeys: readonly string[],
  defaultDepositPercent: number,
): Promise<Loaded> {
  const rows = selectProposals(db, sql`any(${sql.param(proposalIds)}::bigint[])`);
  const facts = selectTold(db, dedupeKeys);
  const [proposalRows, told] = dedupeKeys.length > 0 ? await db.batch([rows, facts]) : [await rows, []];
  return {
    proposals: new Map(proposalRows.map((row) => [row.id, toProposal(row, defaultDepositPercent)])),
    told: new Map(told.map(({ key, proposalId }) => [key, proposalId])),
  };
}

/** One proposal as the log has it, or null. One request. */
export async function findProposal(
  db: Database,
  proposalId: number,
  defaultDepositPercent: number,
): Promise<Proposal | null> {
  const [row] = await selectProposals(db, sql`${proposalId}`);
  return row ? toProposal(row, defaultDepositPercent) : null;
}

/** The proposal that a session was made for, or null. One request. */
export async function findProposalOfSession(
  db: Database,
  sessionId: string,
  defaultDepositPercent: number,
): Promise<Proposal | null> {
  const [row] = await selectProposals(
    db,
    sql`(select proposal_id from portal_activity_log where dedupe_key = ${checkoutKey(sessionId)})`,
  );
  return row ? toProposal(row, defaultDepositPercent) : null;
}

/** The proposal whose payment this PaymentIntent was, or null. One request. */
export async function findPaidProposalId(db: Database, paymentIntent: string): Promise<number | null> {
  const [row] = await db
    .select({ proposalId: activityLog.proposalId })
    .from(activityLog)
    .where(sql`${activityLog.event} = 'payment_success' and meta->>'payment_intent' = ${paymentIntent}`)
    .limit(1);
  return row?.proposalId ?? null;
}

/** Those of the keys that no entry has. One request, none if there are no keys. */
export async function findUntoldKeys(db: Database, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const told = await selectTold(db, keys);
  return new Set(keys).difference(new Set(told.map(({ key }) => key)));
}

/** Events of the last 30 days about money that no proposal claims: how many, and the newest of them as JSON texts. */
export async function listUnattributedEvents(
  db: Database,
): Promise<{ readonly total: number; readonly newest: string[] }> {
  const rows = await db
    .select({ payload: sql<string>`payload::text`, total: sql`count(*) over ()`.mapWith(Number) })
    .from(stripeEvents)
    .where(sql`outcome = 'unattributed' and ${stripeEvents.receivedAt} > now() - interval '30 days'`)
    .orderBy(desc(stripeEvents.receivedAt))
    .limit(100);
  return { total: rows[0]?.total ?? 0, newest: rows.map(({ payload }) => payload) };
}

type ProposalRow = Awaited<ReturnType<typeof selectProposals>>[number];

function selectProposals(db: Database, id: SQL) {
  // Views are many and say nothing but when the last one was: of this hour, by whichever clock. What was offered is
  // in the row.
  const entries = sql<EntryJson[]>`(
    select coalesce(json_agg(json_build_object('event', event, 'actor', actor, 'meta', meta - '{line_items,replaced}'::text[], 'createdAt', created_at) order by seq), '[]')
    from portal_activity_log where proposal_id = ${proposals.id}
      and (event <> 'view' or created_at >= now() - interval '2 hours'))`;
  return db
    .select({
      id: proposals.id,
      orgId: proposals.orgId,
      title: proposals.title,
      customerEmail: proposals.customerEmail,
      currency: proposals.currency,
      totalCents: proposals.totalCents,
      depositPercent: orgs.depositPercent,
      version: proposals.version,
      contentHash: proposals.contentHash,
      seq: sql`(select coalesce(max(seq), 0) from portal_activity_log where proposal_id = ${proposals.id})`.mapWith(
        Number,
      ),
      entries,
    })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(sql`${proposals.id} = ${id}`);
}

function selectTold(db: Database, dedupeKeys: readonly string[]) {
  return db
    .select({ key: activityLog.dedupeKey, proposalId: activityLog.proposalId })
    .from(activityLog)
    .where(sql`${activityLog.dedupeKey} = any(${sql.param(dedupeKeys)}::text[])`);
}

function toProposal(
  { entries, seq, depositPercent, ...terms }: ProposalRow,
  defaultPercent: number,
): Proposal {
  const initial = initialProposal({ ...terms, depositPercent: depositPercent ?? defaultPercent });
  const folded = entries.reduce(
    (state, entry) => evolve(state, { ...entry, createdAt: new Date(entry.createdAt) }),
    initial,
  );
  return { ...folded, seq };
}

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
  return db
    .select()
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
