import { sql } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import type { Staff } from '../auth/actor.ts';
import { sqlState } from '../db/client.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { maximumAmountCents } from '../payments/deposit.ts';
import { contentHash } from './content-hash.ts';
import type { CreateProposalBody } from './schemas.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const foreignKeyViolation = '23503';

export type ProposalRow = typeof proposals.$inferSelect;

/** Creates a draft in the org's currency, its total the sum of its line items. One request; no entry yet. */
export async function createProposal(
  { db }: Deps,
  actor: Staff,
  body: InferOutput<typeof CreateProposalBody>,
): Promise<ProposalRow> {
  const { title, customer_name: customerName, customer_email: customerEmail, line_items: lineItems } = body;
  const totalCents = lineItems.reduce((sum, item) => sum + item.quantity * item.unit_price_cents, 0);
  if (totalCents < 1 || totalCents > maximumAmountCents) {
    throw new AppError('invalid_amount', `The total must be from 1 to ${maximumAmountCents} minor units.`);
  }
  const content = { title, customerName, customerEmail, lineItems, totalCents };
  const [row] = await db
    .insert(proposals)
    .values({
      ...content,
      orgId: actor.orgId,
      leadId: body.lead_id ?? null,
      currency: sql`(select currency from orgs where id = ${actor.orgId})`,
      contentHash: contentHash(content),
    })
    .returning()
    .catch(rejectForeignLead);
  if (!row) throw new Error('An insert of one row returned none.');
  return row;
}

function rejectForeignLead(error: unknown): never {
  if (sqlState(error) === foreignKeyViolation) {
    throw new AppError('invalid_request', 'lead_id: There is no such lead.', { cause: error });
  }
  throw error;
}
