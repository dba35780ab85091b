import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { InferOutput } from 'valibot';
import { sqlState } from '../db/client.ts';
import { defaultDeposit, defaultTimeZone } from '../db/org-defaults.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { addDays, dateIn } from '../domain/calendar.ts';
import type { Content } from '../domain/command.ts';
import { authorize } from '../domain/permissions.ts';
import { priceOf } from '../domain/pricing.ts';
import { invalidField } from '../errors.ts';
import { getOrg, type Org } from '../orgs/get-org.ts';
import { checkSize } from './check-size.ts';
import { contentHash, hashVersion } from './content-hash.ts';
import { newProposal, type ProposalDetails } from './get-proposal.ts';
import type { CreateProposalBody } from './schemas.ts';
import { contentOf, offeredSchedule } from './terms-of.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const foreignKeyViolation = '23503';

type Body = InferOutput<typeof CreateProposalBody>;

/**
 * Creates a draft in the org's currency; what the body leaves open is as the org has it now, and stays so. Two requests, and
 * no entry yet. With an idempotency key, the same key and body make one proposal, however often and however concurrently
 * they are sent.
 */
export async function createProposal(
  deps: Deps,
  actor: Staff,
  body: Body,
  idempotencyKey: string | undefined,
): Promise<ProposalDetails> {
  authorize(actor, 'proposals:write');
  checkSize(body.line_items);
  const { db, config, now } = deps;
  const org = await getOrg(db, actor);
  const today = dateIn(org.timeZone ?? defaultTimeZone, now());
  const content = contentOf(offerOf(org, body, today, config.depositPercent), body, today);
  const leadId = body.lead_id ?? null;
  const dedupeKey = idempotencyKey ? requestKey(idempotencyKey, body) : crypto.randomUUID();
  const { orgId } = actor;
  const hash = { contentHash: contentHash(content, hashVersion), hashVersion };
  const values = { ...toColumns(content), ...hash, orgId, leadId, dedupeKey };
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
  return { row, org, proposal: newProposal(row, org, config) };
}

/** What an org offers before anything is said of it. */
function offerOf(org: Org, body: Body, today: string, deploymentPercent: number): Content {
  const { title, customer_name: customerName, customer_email: customerEmail, line_items: lineItems } = body;
  const deposit = defaultDeposit(org, deploymentPercent);
  const { discount_percent: percent, discount_cents: cents } = body;
  const discount = {
    ...(percent ? { discount_percent: percent } : {}),
    ...(cents ? { discount_cents: cents } : {}),
  };
  const { totalCents } = priceOf(lineItems, discount, org.currency);
  return {
    title,
    customerName,
    customerEmail,
    lineItems,
    currency: org.currency,
    discount: {},
    totalCents,
    schedule: offeredSchedule(deposit, totalCents),
    validUntil: org.validDays === null ? null : addDays(today, org.validDays),
    terms: org.terms,
  };
}

/** As the row keeps it. */
function toColumns({ lineItems, schedule, ...content }: Content) {
  return { ...content, lineItems: [...lineItems], schedule: schedule && [...schedule] };
}

/** What makes two requests the same one: the caller's key and what it asks for. */
function requestKey(idempotencyKey: string, body: Body): string {
  return createHash('sha256')
    .update(JSON.stringify([idempotencyKey, body]))
    .digest('hex');
}

function rejectForeignLead(error: unknown): never {
  if (sqlState(error) === foreignKeyViolation) {
    const wrong = { code: 'not_found', detail: 'There is no such lead.' } as const;
    throw invalidField('invalid_request', 'lead_id', wrong, { cause: error });
  }
  throw error;
}
