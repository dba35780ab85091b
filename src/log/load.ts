import { asc, eq, type SQL, sql } from 'drizzle-orm';
import { type Database, toText } from '../db/client.ts';
import { activityLog, orgs, proposals } from '../db/schema.ts';
import type { StampedEvent } from '../domain/entry.ts';
import { evolve } from '../domain/evolve.ts';
import { checkoutKey } from '../domain/keys.ts';
import { initialProposal, type Proposal } from '../domain/proposal.ts';
import type { Loaded } from './plan.ts';

/** The proposals that a group is about, and which of the keys are recorded. One request. */
export async function loadGroup(
  db: Database,
  proposalIds: readonly number[],
  dedupeKeys: readonly string[],
  defaultDepositPercent: number,
): Promise<Loaded> {
  const rows = await db.$client.query(groupQuery, [proposalIds, dedupeKeys]);
  // Sound: the statement has one row.
  const [{ found, recorded }] = rows as unknown as [GroupRow];
  return {
    proposals: new Map(found.map((row) => [row.id, toProposal(row, defaultDepositPercent)])),
    recorded: new Map(Object.entries(recorded)),
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

/** The proposal whose payment has this PaymentIntent, or null. One request. */
export async function findPaidProposalId(db: Database, paymentIntent: string): Promise<number | null> {
  const [row] = await db
    .select({ proposalId: activityLog.proposalId })
    .from(activityLog)
    .where(sql`${activityLog.event} = 'payment_success' and meta->>'payment_intent' = ${paymentIntent}`)
    .orderBy(asc(activityLog.id))
    .limit(1);
  return row?.proposalId ?? null;
}

/** Those of the keys that no entry has. One request, none if there are no keys. */
export async function findUnrecordedKeys(db: Database, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const recorded = await selectRecorded(db, keys);
  return new Set(keys).difference(new Set(recorded.map(({ key }) => key)));
}

type EntryJson = StampedEvent & { createdAt: string };

/**
 * What a proposal is folded from, selected from `proposals` joined with `orgs`. Of views only the last one matters, and
 * only within its hour by any clock, so older ones are left out; so are line items, which the row has.
 */
export const proposalColumns = {
  id: proposals.id,
  orgId: proposals.orgId,
  title: proposals.title,
  customerEmail: proposals.customerEmail,
  currency: proposals.currency,
  totalCents: proposals.totalCents,
  depositPercent: orgs.depositPercent,
  version: proposals.version,
  contentHash: proposals.contentHash,
  createdAt: proposals.createdAt,
  seq: sql`(select coalesce(max(seq), 0) from portal_activity_log where proposal_id = ${proposals.id})`.mapWith(
    Number,
  ),
  entries: sql<EntryJson[]>`(
    select coalesce(json_agg(json_build_object('event', event, 'actor', actor, 'meta', meta - '{line_items,replaced}'::text[], 'createdAt', created_at) order by seq), '[]')
    from portal_activity_log where proposal_id = ${proposals.id}
      and (event <> 'view' or created_at >= now() - interval '2 hours'))`,
};

type Selected = Awaited<ReturnType<typeof selectProposals>>[number];

/** Those columns, as a row or as JSON. */
type ProposalRow = Omit<Selected, 'createdAt'> & { readonly createdAt: Date | string };

type GroupRow = {
  readonly found: readonly ProposalRow[];
  readonly recorded: Readonly<Record<string, number | null>>;
};

const proposalJson = sql.join(
  Object.entries(proposalColumns).map(([name, column]) => sql`${sql.raw(`'${name}'`)}, ${column}`),
  sql`, `,
);

/** Selects the proposals and the recorded keys of a group: a constant text, since every group runs it. */
const groupQuery = toText(sql`
  select
    (select coalesce(json_agg(json_build_object(${proposalJson})), '[]')
      from ${proposals} join ${orgs} on ${orgs.id} = ${proposals.orgId}
      where ${proposals.id} = any(${sql.placeholder('proposalIds')}::bigint[])) as found,
    (select coalesce(json_object_agg(dedupe_key, proposal_id), '{}')
      from portal_activity_log where dedupe_key = any(${sql.placeholder('dedupeKeys')}::text[])) as recorded`);

function selectProposals(db: Database, id: SQL) {
  return db
    .select(proposalColumns)
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(sql`${proposals.id} = ${id}`);
}

function selectRecorded(db: Database, dedupeKeys: readonly string[]) {
  return db
    .select({ key: activityLog.dedupeKey, proposalId: activityLog.proposalId })
    .from(activityLog)
    .where(sql`${activityLog.dedupeKey} = any(${sql.param(dedupeKeys)}::text[])`);
}

/** The proposal as the log has it, folded from those columns. */
export function toProposal({ entries, seq, ...terms }: ProposalRow, defaultDepositPercent: number): Proposal {
  const depositPercent = terms.depositPercent ?? defaultDepositPercent;
  const initial = initialProposal({ ...terms, depositPercent, createdAt: new Date(terms.createdAt) });
  const dated = entries.map((entry) => ({ ...entry, createdAt: new Date(entry.createdAt) }));
  return { ...evolve(initial, dated), seq };
}
