import { and, eq, getTableColumns } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { orgs, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { proposalColumns, toProposal } from '../log/load.ts';
import { isSnapshotDue, saveSnapshots } from '../log/snapshots.ts';
import type { Org } from '../orgs/get-org.ts';

export type ProposalRow = typeof proposals.$inferSelect;

/** The proposal's row and org, and what the log says has happened. */
export type ProposalDetails = {
  readonly row: ProposalRow;
  readonly orgName: string;
  readonly proposal: Proposal;
};

/** One proposal with its org and its history. One request. */
export async function getProposal(deps: Deps, actor: Actor, proposalId: number): Promise<ProposalDetails> {
  authorize(actor, 'proposals:read', proposalId);
  const { db, config, waitUntil } = deps;
  const found = db
    .select({ ...getTableColumns(proposals), ...proposalColumns, orgName: orgs.name })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)));
  const [[row]] = await readAs(db, actor, [found]);
  if (!row) return orThrow(proposalNotFound());

  const proposal = toProposal(row, config.depositPercent);
  if (isSnapshotDue(proposal.seq, row.snapshot?.seq)) waitUntil(saveSnapshots(db, [proposal]));
  return { row, orgName: row.orgName, proposal };
}

/** A proposal that has no entry yet. */
export function newProposal(row: ProposalRow, org: Org, deploymentPercent: number): Proposal {
  const { timeZone, deposit, depositPercent, payInFull: mayPayInFull } = org;
  const settings = { timeZone, deposit, depositPercent, mayPayInFull, rowStatus: row.status };
  return toProposal({ ...row, ...settings, seq: 0, snapshot: null, entries: [] }, deploymentPercent);
}
