import { and, desc, eq, getTableColumns, ilike, lt, or } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { readAs } from '../db/read-as.ts';
import { orgs, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';
import { proposalColumns, toProposal } from '../log/load.ts';
import type { ProposalRow } from './get-proposal.ts';
import type { ListProposalsQuery } from './schemas.ts';

/** A proposal without its contents, which have no small limit: a page has fifty. */
export type ListedProposal = {
  readonly row: Omit<ProposalRow, 'lineItems' | 'terms'>;
  readonly proposal: Proposal;
};

const { lineItems: _, terms: __, ...summary } = getTableColumns(proposals);

/** The org's proposals that match, newest first, after the cursor. One request. */
export async function listProposals(
  { db, config }: Deps,
  actor: Staff,
  { cursor, status, q }: InferOutput<typeof ListProposalsQuery>,
): Promise<Page<ListedProposal>> {
  authorize(actor, 'proposals:list');
  const pattern = q && `%${q.replace(/[\\%_]/g, '\\$&')}%`; // the search text has no wildcards of its own
  const { title, customerName, customerEmail } = proposals;
  const found = db
    .select({ ...summary, ...proposalColumns })
    .from(proposals)
    .innerJoin(orgs, eq(orgs.id, proposals.orgId))
    .where(
      and(
        eq(proposals.orgId, actor.orgId),
        cursor ? lt(proposals.id, cursor) : undefined,
        status && eq(proposals.status, status),
        pattern ? or(...[title, customerName, customerEmail].map((text) => ilike(text, pattern))) : undefined,
      ),
    )
    .orderBy(desc(proposals.id))
    .limit(pageLimit + 1);
  const [rows] = await readAs(db, actor, [found]);
  const listed = rows.map((row) => ({ row, proposal: toProposal(row, config) }));
  return toPage(listed, ({ row }) => row.id);
}
