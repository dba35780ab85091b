import { asc, eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Config } from '../config.ts';
import { type Database, toText } from '../db/client.ts';
import { defaultDeposit, defaultTimeZone } from '../db/org-defaults.ts';
import { lastEntryAt, openSessions, readAs } from '../db/read-as.ts';
import { activityLog, orgs, proposals } from '../db/schema.ts';
import type { Actor, Staff } from '../domain/actor.ts';
import type { Channel } from '../domain/channel.ts';
import type { StampedEvent } from '../domain/entry.ts';
import { type DatedEvent, evolve } from '../domain/evolve.ts';
import { checkoutKey, sessionKeys } from '../domain/keys.ts';
import { initialProposal, type Proposal } from '../domain/proposal.ts';
import type { UserNow } from '../domain/revocation.ts';
import { foldVersion, fromSnapshot, recall, type Snapshot } from '../domain/snapshot.ts';
import type { Loaded } from './plan.ts';
import { isSnapshotDue } from './snapshots.ts';

/** What of the deployment a proposal depends on. */
export type Deployment = Pick<Config, 'depositPercent' | 'hasMail'>;

/**
 * The proposals that a group is about, which of the keys are recorded, the users who ask, and the states that a snapshot
 * should be made of. One request.
 */
export async function loadGroup(
  db: Database,
  proposalIds: readonly number[],
  dedupeKeys: readonly string[],
  asking: readonly Staff[],
  deployment: Deployment,
): Promise<Loaded & { readonly dueSnapshots: readonly Proposal[] }> {
  const rows = await db.$client.query(groupQuery, [
    dedupeKeys,
    proposalIds,
    asking.flatMap(({ sid }) => sid ?? []),
    [...new Set(asking.map(({ userId }) => userId))],
  ]);
  // Sound: the statement has one row.
  const [{ found, recorded, recalled, users }] = rows as unknown as [GroupRow];
  const states = found.map((row) => toProposal(row, deployment));
  const proposals = states.map((state) => {
    const entries = recalled.filter(({ proposalId }) => proposalId === state.id);
    return [state.id, recall(state, toDated(entries))] as const;
  });
  return {
    proposals: new Map(proposals),
    recorded: new Map(Object.entries(recorded)),
    users: new Map(users.map(({ id, ...user }) => [id, user])),
    dueSnapshots: states.filter(({ seq }, index) => isSnapshotDue(seq, found[index]?.snapshot?.seq)),
  };
}

/** One proposal as the log has it, or null. One request. Throws `token_invalid` where the actor's token was revoked. */
export async function findProposal(
  db: Database,
  actor: Actor,
  proposalId: number,
  deployment: Deployment,
): Promise<Proposal | null> {
  const [[row]] = await readAs(db, actor, [selectProposals(db, sql`${proposalId}`, [])]);
  return row ? toProposal(row, deployment) : null;
}

/** The proposal that a session was made for, or null. One request, as above. */
export async function findProposalOfSession(
  db: Database,
  actor: Actor,
  sessionId: string,
  deployment: Deployment,
): Promise<Proposal | null> {
  const id = sql`(select proposal_id from portal_activity_log where dedupe_key = ${checkoutKey(sessionId)})`;
  const [[row]] = await readAs(db, actor, [selectProposals(db, id, sessionKeys(sessionId))]);
  return row ? recall(toProposal(row, deployment), toDated(row.recalled)) : null;
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

type EntryJson = StampedEvent & { readonly createdAt: string };

const entryJson = sql.raw(
  `'event', event, 'actor', actor, 'meta', meta - '{line_items,replaced,schedule,terms}'::text[], 'createdAt', created_at`,
);

/** The snapshot of a proposal that `proposals` is joined for. */
const snapshot = sql.raw(
  `proposal_snapshots where proposal_id = proposals.id and fold_version = ${foldVersion}`,
);

/**
 * What a proposal is folded from, selected from `proposals` joined with `orgs`: its snapshot, if it has one, and the entries
 * since. Of views only the last one matters, and only within its hour by any clock, so older ones are left out; so are line
 * items, which the row has.
 */
export const proposalColumns = {
  id: proposals.id,
  orgId: proposals.orgId,
  title: proposals.title,
  customerName: proposals.customerName,
  customerEmail: proposals.customerEmail,
  currency: proposals.currency,
  totalCents: proposals.totalCents,
  schedule: proposals.schedule,
  validUntil: proposals.validUntil,
  timeZone: orgs.timeZone,
  deposit: orgs.deposit,
  depositPercent: orgs.depositPercent,
  mayPayInFull: orgs.payInFull,
  channels: sql<Channel[]>`(select coalesce(json_agg(channel), '[]') from channels
    where org_id = ${orgs.id} and since is not null)`,
  rowStatus: proposals.status,
  version: proposals.version,
  contentHash: proposals.contentHash,
  linkGeneration: proposals.linkGeneration,
  createdAt: proposals.createdAt,
  seq: sql`(select coalesce(max(seq), 0) from portal_activity_log where proposal_id = ${proposals.id})`.mapWith(
    Number,
  ),
  lastEntryAt,
  snapshot: sql<(Snapshot & { readonly seq: number }) | null>`(select state from ${snapshot})`,
  entries: sql<EntryJson[]>`(
    select coalesce(json_agg(json_build_object(${entryJson}) order by seq), '[]')
    from portal_activity_log where proposal_id = ${proposals.id}
      and seq > coalesce((select seq from ${snapshot}), 0)
      and (event <> 'view' or created_at >= now() - interval '2 hours'))`,
};

/** Of entries that are `known` by their keys, those in a snapshot, which may have forgotten their sessions. */
const recalledFrom = (known: SQL) => sql<(EntryJson & { readonly proposalId: number })[]>`(
    select coalesce(json_agg(json_build_object('proposalId', proposal_id, ${entryJson}) order by seq), '[]')
    from ${known} where seq <= (select seq from proposal_snapshots
      where proposal_id = known.proposal_id and fold_version = ${sql.raw(String(foldVersion))}))`;

const entriesWith = (keys: SQL | Placeholder) =>
  sql`select * from portal_activity_log where dedupe_key = any(${keys}::text[])`;

type Selected = Awaited<ReturnType<typeof selectProposals>>[number];

/** Those columns, as a row or as JSON. */
type ProposalRow = Omit<Selected, 'createdAt' | 'recalled'> & { readonly createdAt: Date | string };

type GroupRow = {
  readonly found: readonly ProposalRow[];
  readonly recorded: Readonly<Record<string, number | null>>;
  readonly recalled: Selected['recalled'];
  readonly users: readonly (UserNow & { readonly id: number })[];
};

const proposalJson = sql.join(
  Object.entries(proposalColumns).map(([name, column]) => sql`${sql.raw(`'${name}'`)}, ${column}`),
  sql`, `,
);

/** Selects the proposals and the recorded keys of a group: a constant text, since every group runs it. */
const groupQuery = toText(sql`
  with known as (${entriesWith(sql.placeholder('dedupeKeys'))})
  select
    (select coalesce(json_agg(json_build_object(${proposalJson})), '[]')
      from ${proposals} join ${orgs} on ${orgs.id} = ${proposals.orgId}
      where ${proposals.id} = any(${sql.placeholder('proposalIds')}::bigint[])) as found,
    (select coalesce(json_object_agg(dedupe_key, proposal_id), '{}') from known) as recorded,
    ${recalledFrom(sql`known`)} as recalled,
    (select coalesce(json_agg(json_build_object('id', id, 'orgId', org_id, 'role', role,
        'tokenGeneration', token_generation, 'isActive', deactivated_at is null,
        'openSessions', ${openSessions(sql.placeholder('sids'))})), '[]')
      from users where id = any(${sql.placeholder('userIds')}::bigint[])) as users`);

function selectProposals(db: Database, id: SQL, keys: readonly string[]) {
  return db
    .select({
      ...proposalColumns,
      recalled: recalledFrom(sql`(${entriesWith(sql`${sql.param(keys)}`)}) as known`),
    })
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
export function toProposal(row: ProposalRow, deployment: Deployment): Proposal {
  const { entries, seq, lastEntryAt, snapshot: past, deposit, depositPercent, timeZone, ...columns } = row;
  const terms = {
    ...columns,
    timeZone: timeZone ?? defaultTimeZone,
    defaultDeposit: defaultDeposit({ deposit, depositPercent }, deployment.depositPercent),
    channels: columns.channels.filter((channel) => channel !== 'mail' || deployment.hasMail),
    createdAt: new Date(columns.createdAt),
  };
  const before = past ? fromSnapshot(terms, past) : initialProposal(terms);
  return {
    ...evolve(before, toDated(entries)),
    seq,
    lastEntryAt: lastEntryAt ? new Date(lastEntryAt) : null,
  };
}

function toDated(entries: readonly EntryJson[]): DatedEvent[] {
  return entries.map((entry) => ({ ...entry, createdAt: new Date(entry.createdAt) }));
}
