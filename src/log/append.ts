import { eq, sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { leads, proposalComments, proposals } from '../db/schema.ts';
import type { Entry } from '../domain/entry.ts';
import type { ShardPosition } from './generation.ts';
import type { Changes } from './lapses.ts';
import { toOwe } from './outbox.ts';
import type { Revision, Writes } from './plan.ts';

/** What an append wrote. */
export type Appended = {
  /** In order, with their ids. */
  readonly entries: readonly Entry[];
  /** The log's last id before them. */
  readonly before: number;
  /** Whether entries of the shard lie above `head`, up to `before`: another instance of it wrote them. */
  readonly missed: boolean;
};

/**
 * Appends a group's writes in one transaction, one request. The shard's lock is taken first, so its ids commit in order
 * even if another instance of it is alive. A key that was recorded meanwhile, or a place in a proposal that is taken,
 * violates a unique constraint: then nothing of the group is written. `head` is the id up to which the caller knows the
 * shard's entries.
 */
export async function appendGroup(
  db: Database,
  shard: ShardPosition,
  head: number,
  writes: Writes,
): Promise<Appended> {
  const { entries, statuses, linkGenerations, revisions, leads: newLeads, stripeEvents } = writes;
  const { customers, comments } = writes;
  const append = db.$client.query('select append_to_log($1, $2, $3, $4, $5, $6) as appended', [
    shard.count,
    shard.index,
    head,
    JSON.stringify(entries),
    JSON.stringify([...statuses].map(([id, status]) => ({ id, status }))),
    JSON.stringify(stripeEvents),
  ]);
  const others = [
    ...toLeads(db, newLeads),
    ...toComments(db, comments),
    ...[...revisions, ...customers].map((row) => toUpdate(db, row)),
    ...[...linkGenerations].map((raised) => toRaise(db, ...raised)),
    ...toOwe(writes.owed),
  ].map((statement) => db.$client.query(statement.sql, statement.params));
  const rows = others.length > 0 ? (await db.$client.transaction([append, ...others]))[0] : await append;
  // Sound: the function returns this, once (migration 0006).
  const [{ appended }] = rows as unknown as [AppendRow];
  const { ids, ...found } = appended;
  // Sound: every entry was inserted, or the statement would have failed.
  return { entries: entries.map((entry) => ({ ...entry, id: ids[entry.dedupeKey] as number })), ...found };
}

type AppendRow = { appended: Omit<Appended, 'entries'> & { ids: Record<string, number> } };

/** Entries in a segment at most; after a full one there may be more. */
const segmentLimit = 2_500;

/** A shard's entries above a checkpoint, in order. Up to the id `upTo` there are no others. */
export type Segment = { readonly entries: readonly Entry[]; readonly upTo: number; readonly isLast: boolean };

/**
 * The shard's segment above the checkpoint. One request. It takes the lock too, and so waits for an append that we gave
 * up on and the database did not. Under the lock, in the generation that writes, no append of this shard is in flight: an
 * id up to the log's last that is not visible now never will be. So the checkpoint may move that far, past the entries of
 * other shards.
 */
export async function readAbove(db: Database, shard: ShardPosition, checkpoint: number): Promise<Segment> {
  const client = db.$client;
  const results = await client.transaction([
    // A statement of its own: the next one sees what was committed when it begins, and this one may wait.
    client.query('select lock_shard($1, $2)', [shard.count, shard.index]),
    client.query(segmentQuery, [shard.count, shard.index, checkpoint]),
  ]);
  // Sound: it is the one row of the last statement.
  const [{ last, rows }] = results.at(-1) as unknown as [SegmentRow];
  const entries = rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
  const isLast = entries.length < segmentLimit;
  const lastEntryId = entries.at(-1)?.id ?? checkpoint;
  return { entries, isLast, upTo: isLast ? Math.max(last, lastEntryId) : lastEntryId };
}

type SegmentRow = { last: number; rows: (Entry & { createdAt: string })[] };

/** Without line items, which no fold needs and which have no small limit: so a segment stays small. */
const segmentQuery = `
  select
    (select coalesce(max(id), 0)::double precision from portal_activity_log) as last,
    (select coalesce(json_agg(json_build_object(
        'id', id, 'orgId', org_id, 'proposalId', proposal_id, 'seq', seq, 'event', event, 'actor', actor,
        'meta', meta - '{line_items,replaced,schedule,terms}'::text[], 'dedupeKey', dedupe_key, 'createdAt', created_at
      ) order by id), '[]')
      from (select * from portal_activity_log
        where id > $3 and mod(coalesce(proposal_id, org_id), $1::bigint) = $2::bigint
        order by id limit ${segmentLimit}) as above) as rows`;

/** For how many entries proposals are looked up at once. */
const changesLimit = 500;

/** The proposals of the shard's entries above an id and up to another, which the shard has folded already. One request. */
export async function readChanges(
  db: Database,
  shard: ShardPosition,
  from: number,
  upTo: number,
): Promise<Changes> {
  const rows = await db.$client.query(changesQuery, [shard.count, shard.index, from, upTo]);
  // Sound: the statement has one row.
  const [{ last, entries, ids }] = rows as unknown as [ChangesRow];
  return { proposalIds: ids, upTo: entries < changesLimit ? upTo : last };
}

type ChangesRow = { last: number; entries: number; ids: number[] };

const changesQuery = `
  select coalesce(max(id), 0)::double precision as last, count(*)::integer as entries,
    coalesce(json_agg(distinct proposal_id) filter (where proposal_id is not null), '[]') as ids
    from (select id, proposal_id from portal_activity_log
      where id > $3 and id <= $4 and mod(coalesce(proposal_id, org_id), $1::bigint) = $2::bigint
      order by id limit ${changesLimit}) as changed`;

type Statement = { readonly sql: string; readonly params: unknown[] };

function toLeads(db: Database, rows: Writes['leads']): Statement[] {
  return rows.length > 0 ? [db.insert(leads).values(rows).toSQL()] : [];
}

/** Never lowers it: a hand at psql may have raised it further. */
function toRaise(db: Database, id: number, generation: number): Statement {
  const linkGeneration = sql`greatest(${proposals.linkGeneration}, ${generation}::int)`;
  return db.update(proposals).set({ linkGeneration }).where(eq(proposals.id, id)).toSQL();
}

function toComments(db: Database, rows: Writes['comments']): Statement[] {
  return rows.length > 0 ? [db.insert(proposalComments).values(rows).toSQL()] : [];
}

function toUpdate(db: Database, { id, ...columns }: Revision | Writes['customers'][number]): Statement {
  return db.update(proposals).set(toColumns(columns)).where(eq(proposals.id, id)).toSQL();
}

function toColumns(columns: Omit<Revision, 'id'> | Omit<Writes['customers'][number], 'id'>) {
  if (!('lineItems' in columns)) return columns;
  const { lineItems, schedule, ...others } = columns;
  return { ...others, lineItems: [...lineItems], ...(schedule ? { schedule: [...schedule] } : {}) };
}
