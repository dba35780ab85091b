import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { sqlState } from '../db/client.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { whyNotChargeable } from '../domain/currency.ts';
import type { LineItem } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import { getOrg } from '../orgs/get-org.ts';
import { contentHash } from './content-hash.ts';
import type { CreateProposalBody } from './schemas.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const foreignKeyViolation = '23503';

export type ProposalRow = typeof proposals.$inferSelect;

/**
 * Creates a draft in the org's currency, its total the sum of its line items. Two requests; no entry yet. With an
 * idempotency key, the same key and body are the same proposal, however often and however concurrently it is asked for.
 */
export async function createProposal(
  { db }: Deps,
  actor: Staff,
  body: InferOutput<typeof CreateProposalBody>,
  idempotencyKey: string | undefined,
): Promise<ProposalRow> {
  const { title, customer_name: customerName, customer_email: customerEmail, line_items: lineItems } = body;
  const { currency } = await getOrg(db, actor);
  const content = { title, customerName, customerEmail, lineItems, totalCents: totalOf(lineItems, currency) };
  const leadId = body.lead_id ?? null;
  const hash = contentHash(content);
  const dedupeKey = idempotencyKey ? keyOf([idempotencyKey, leadId, hash]) : crypto.randomUUID();
  const { orgId } = actor;
  const values = { ...content, orgId, leadId, currency, contentHash: hash, dedupeKey };
  // Two statements: what a concurrent request inserted, only a later one sees.
  const [, [row]] = await db
    .batch([
      db.insert(proposals).values(values).onConflictDoNothing(),
      db
        .select()
        .from(proposals)
        .where(and(eq(proposals.orgId, orgId), eq(proposals.dedupeKey, dedupeKey))),
    ])
    .catch(rejectForeignLead);
  if (!row) throw new Error('An insert of one row left none.');
  return row;
}

function keyOf(identity: [idempotencyKey: string, leadId: string | null, contentHash: string]): string {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** What the items cost together, in minor units. Rejects with `invalid_amount` what Stripe could not charge. */
export function totalOf(lineItems: readonly LineItem[], currency: string): number {
  const totalCents = lineItems.reduce((sum, item) => sum + item.quantity * item.unit_price_cents, 0);
  const refusal = whyNotChargeable(totalCents, currency);
  if (refusal) throw new AppError('invalid_amount', `The total: ${refusal}`);
  return totalCents;
}

function rejectForeignLead(error: unknown): never {
  if (sqlState(error) === foreignKeyViolation) {
    throw new AppError('invalid_request', 'lead_id: There is no such lead.', { cause: error });
  }
  throw error;
}
