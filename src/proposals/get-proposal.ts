import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { orgs, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import type { EntryMeta } from '../domain/entry.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { type Deployment, proposalColumns, toProposal } from '../log/load.ts';
import { isSnapshotDue, saveSnapshots } from '../log/snapshots.ts';
import type { Org } from '../orgs/get-org.ts';
import { type Letterhead, letterheadColumns } from '../orgs/letterhead.ts';

export type ProposalRow = typeof proposals.$inferSelect;

/** What an earlier version said. */
export type EarlierVersion = { readonly version: number; readonly content: EntryMeta['revised']['replaced'] };

/** The proposal's row and org, and what the log says has happened. */
export type ProposalDetails = {
  readonly row: ProposalRow;
  readonly org: Letterhead;
  readonly proposal: Proposal;
  /** The version that the customer saw or approved last, where another has replaced it since. Only a read looks it up. */
  readonly lastSeen?: EarlierVersion | null;
};

/** The first revision after the customer's last view or approval says what they saw. */
const lastSeen = sql<EarlierVersion | null>`case when version > 1 then (
  select json_build_object('version', (meta->>'version')::int - 1, 'content', meta->'replaced')
  from portal_activity_log where proposal_id = proposals.id and event = 'revised' and seq > (
    select seq from portal_activity_log where proposal_id = proposals.id and event in ('view', 'approve')
    order by seq desc limit 1)
  order by seq limit 1) end`;

/** One proposal with its org and its history. One request. */
export async function getProposal(deps: Deps, actor: Actor, proposalId: number): Promise<ProposalDetails> {
  authorize(actor, 'proposals:read', proposalId);
  const { db, config, waitUntil } = deps;
  const found = db
    .select({ ...getTableColumns(proposals), ...proposalColumns, org: letterheadColumns, lastSeen })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)));
  const [[row]] = await readAs(db, actor, [found]);
  if (!row) return orThrow(proposalNotFound());

  const proposal = toProposal(row, config);
  if (isSnapshotDue(proposal.seq, row.snapshot?.seq)) waitUntil(saveSnapshots(db, [proposal]));
  return { row, org: row.org, proposal, lastSeen: row.lastSeen };
}

/** A proposal that has no entry yet. */
export function newProposal(row: ProposalRow, org: Org, deployment: Deployment): Proposal {
  const { timeZone, deposit, depositPercent, payInFull: mayPayInFull } = org;
  const settings = { timeZone, deposit, depositPercent, mayPayInFull, channels: [], rowStatus: row.status };
  const noEntries = { seq: 0, lastEntryAt: null, snapshot: null, entries: [] };
  return toProposal({ ...row, ...settings, ...noEntries }, deployment);
}
