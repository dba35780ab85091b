import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import { authorize } from '../auth/authorize.ts';
import { activityLog, orgs, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { depositCents } from '../payments/deposit.ts';
import type { ProposalRow } from './create-proposal.ts';
import { hourOf } from './decide.ts';
import { accept, notFound } from './decision.ts';

export type ProposalDetails = ProposalRow & { readonly orgName: string; readonly depositCents: number };

/**
 * One proposal with its org and the deposit on its total. One request; a customer's first look in an hour is logged
 * as a `view`, and if that fails the customer still sees the proposal.
 */
export async function getProposal(deps: Deps, actor: Actor, proposalId: number): Promise<ProposalDetails> {
  authorize(actor, proposalId);
  const { db, config, shards, now } = deps;
  const [row] = await db
    .select({
      ...getTableColumns(proposals),
      orgName: orgs.name,
      depositPercent: orgs.depositPercent,
      viewedAt: sql<Date | null>`(select max(created_at) from portal_activity_log
        where proposal_id = ${proposals.id} and event = 'view')`.mapWith(activityLog.createdAt),
    })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)));
  if (!row) return accept(notFound());

  const { viewedAt, depositPercent, ...details } = row;
  const isViewed = viewedAt && hourOf(viewedAt) === hourOf(now());
  if (actor.kind === 'customer' && !isViewed) {
    await shards.execute({ kind: 'view', proposalId, actor }).catch(() => undefined);
  }
  const percent = depositPercent ?? config.depositPercent;
  return { ...details, depositCents: depositCents(row.totalCents, percent, row.currency) };
}
