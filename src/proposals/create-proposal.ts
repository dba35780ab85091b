import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { sqlState } from '../db/client.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { invalidField } from '../errors.ts';
import { getOrg } from '../orgs/get-org.ts';
import { chargeableTotal } from './chargeable-total.ts';
import { checkSize } from './check-size.ts';
import { contentHash, hashVersion } from './content-hash.ts';
import type { CreateProposalBody } from './schemas.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const foreignKeyViolation = '23503';

export type ProposalRow = typeof proposals.$inferSelect;

/**
 * Creates a draft in the org's currency. Two requests, and no entry yet. With an idempotency key, the same key and body
 * make one proposal, however often and however concurrently they are sent.
 */
export async function createProposal(
  { db }: Deps,
  actor: Staff,
  body: InferOutput<typeof CreateProposalBody>,
  idempotencyKey: string | undefined,
): Promise<ProposalRow> {
  authorize(actor, 'proposals:write');
  const { title, customer_name: customerName, customer_email: customerEmail, line_items: lineItems } = body;
  checkSize(lineItems);
  const { currency } = await getOrg(db, actor);
  const totalCents = chargeableTotal(lineItems, {}, currency);
  const terms = { discount: {}, schedule: null, validUntil: null, terms: null };
  const content = { title, currency, customerName, customerEmail, lineItems, totalCents, ...terms };
  const leadId = body.lead_id ?? null;
  const hash = contentHash(content, hashVersion);
  const dedupeKey = idempotencyKey ? requestKey(idempotencyKey, leadId, hash) : crypto.randomUUID();
  const { orgId } = actor;
  const values = { ...content, orgId, leadId, contentHash: hash, hashVersion, dedupeKey };
  // Two statements: only a later one sees what a concurrent request inserted.
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

/** What makes two requests the same one: the caller's key and what it asks for. */
function requestKey(...identity: [idempotencyKey: string, leadId: string | null, contentHash: string]) {
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

function rejectForeignLead(error: unknown): never {
  if (sqlState(error) === foreignKeyViolation) {
    const wrong = { code: 'not_found', detail: 'There is no such lead.' } as const;
    throw invalidField('invalid_request', 'lead_id', wrong, { cause: error });
  }
  throw error;
}
