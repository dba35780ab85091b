import { and, desc, eq, lt } from 'drizzle-orm';
import type { Staff } from '../auth/actor.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';
import type { ProposalRow } from './create-proposal.ts';

/** The org's proposals, newest first, after the one that the page before ended with. One request. */
export async function listProposals(
  { db }: Deps,
  actor: Staff,
  cursor: number | undefined,
): Promise<Page<ProposalRow>> {
  const rows = await db
    .select()
    .from(proposals)
    .where(and(eq(proposals.orgId, actor.orgId), cursor ? lt(proposals.id, cursor) : undefined))
    .orderBy(desc(proposals.id))
    .limit(pageLimit + 1);
  return toPage(rows, (proposal) => proposal.id);
}
