import { and, eq } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { readAs } from '../db/read-as.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import { statusNow } from '../domain/standing.ts';
import { chargeableTotal } from './chargeable-total.ts';
import { checkSize } from './check-size.ts';
import { closeAndDecide } from './close-and-decide.ts';
import { contentHash } from './content-hash.ts';
import type { ProposalRow } from './create-proposal.ts';
import type { ReviseProposalBody } from './schemas.ts';

/**
 * Makes a new version with the given parts replaced; it needs its own approval. The open session is closed at Stripe. The
 * shard refuses a change that was based on an older version.
 */
export async function reviseProposal(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  { version, ...body }: InferOutput<typeof ReviseProposalBody>,
): Promise<ProposalRow> {
  authorize(actor, 'proposals:write', proposalId);
  if (body.line_items) checkSize(body.line_items);
  const found = deps.db
    .select()
    .from(proposals)
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)));
  const [[row]] = await readAs(deps.db, actor, [found]);
  if (!row) return orThrow(proposalNotFound());

  const lineItems = body.line_items ?? row.lineItems;
  const discount = row.discount ?? {};
  const content = {
    ...{
      currency: row.currency,
      discount,
      schedule: row.schedule,
      validUntil: row.validUntil,
      terms: row.terms,
    },
    title: body.title ?? row.title,
    customerName: body.customer_name ?? row.customerName,
    customerEmail: body.customer_email ?? row.customerEmail,
    lineItems,
    totalCents: chargeableTotal(lineItems, discount, row.currency),
  };
  const proposal = await closeAndDecide(deps, {
    kind: 'revise',
    proposalId,
    actor,
    version: version ?? row.version,
    content: {
      ...content,
      contentHash: contentHash(content, row.hashVersion),
      hashVersion: row.hashVersion,
    },
    replaced: { ...row, discount },
  });
  return { ...row, ...content, version: proposal.version, status: statusNow(proposal) };
}
