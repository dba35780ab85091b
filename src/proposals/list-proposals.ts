import { and, desc, eq, getTableColumns, ilike, lt, or } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { readAs } from '../db/read-as.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';
import type { ProposalRow } from './create-proposal.ts';
import type { ListProposalsQuery } from './schemas.ts';

/** A proposal's row without its contents, which have no small limit: a page has fifty. */
export type ProposalSummary = Omit<ProposalRow, 'lineItems'>;

const { lineItems: _, ...summary } = getTableColumns(proposals);

/** The org's proposals that match, newest first, after the cursor. One request. */
export async function listProposals(
  { db }: Deps,
  actor: Staff,
  { cursor, status, q }: InferOutput<typeof ListProposalsQuery>,
): Promise<Page<ProposalSummary>> {
  authorize(actor, 'proposals:list');
  const pattern = q && `%${q.replace(/[\\%_]/g, '\\$&')}%`; // the search text has no wildcards of its own
  const { title, customerName, customerEmail } = proposals;
  const found = db
    .select(summary)
    .from(proposals)
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
  return toPage(rows, (proposal) => proposal.id);
}
