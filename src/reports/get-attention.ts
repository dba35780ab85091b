import { sql } from 'drizzle-orm';
import type { AnomalyReason } from '../activity/entry.ts';
import type { Staff } from '../auth/actor.ts';
import type { Database } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { isSessionFact, type StripeFact } from '../payments/stripe-fact.ts';
import { decodeEvent } from '../stripe/decode-event.ts';

/** A payment that is not what was asked for. */
export type Anomaly = {
  readonly proposal_id: number;
  readonly title: string;
  readonly reason: AnomalyReason;
  readonly amount_cents: number;
  readonly currency: string | null;
  readonly expected_cents: number;
  readonly expected_currency: string;
  readonly created_at: string;
};

/** A dispute that has not been closed: the bank waits for an answer. */
export type OpenDispute = {
  readonly proposal_id: number;
  readonly title: string;
  readonly dispute_id: string;
  readonly reason: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly created_at: string;
};

/** Money that Stripe told of and no proposal claims. */
export type UnattributedEvent = {
  readonly event_id: string;
  readonly type: string;
  readonly object_id: string;
  readonly amount_cents: number;
  readonly currency: string | null;
  readonly received_at: string;
};

export type Attention = {
  readonly anomalies: Anomaly[];
  readonly disputes: OpenDispute[];
  readonly unattributed: UnattributedEvent[];
};

/** Rows of each kind at most: whoever has more has other worries. */
const limit = 100;

/** What somebody should look at: of the last 30 days, but disputes for as long as they are open. One request. */
export async function getAttention({ db }: Deps, { orgId }: Staff): Promise<Attention> {
  const [anomalies, disputes, unattributed] = await db.batch([
    selectAnomalies(db, orgId),
    selectOpenDisputes(db, orgId),
    selectUnattributed(db),
  ]);
  return {
    anomalies: anomalies.rows,
    disputes: disputes.rows,
    unattributed: unattributed.rows.flatMap((row) => toUnattributed(row, orgId)),
  };
}

/** As JavaScript writes a time. */
const iso = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function selectAnomalies(db: Database, orgId: number) {
  return db.execute<Anomaly>(sql`
    select proposal_id::float8 as proposal_id, title, meta->>'reason' as reason,
      (meta->>'amount_cents')::float8 as amount_cents, meta->>'currency' as currency,
      (meta->>'expected_cents')::float8 as expected_cents, meta->>'expected_currency' as expected_currency,
      ${iso(sql`entry.created_at`)} as created_at
    from portal_activity_log as entry join proposals on proposals.id = proposal_id
    where entry.org_id = ${orgId} and event = 'payment_anomaly' and entry.created_at > now() - interval '30 days'
    order by entry.created_at desc limit ${limit}`);
}

function selectOpenDisputes(db: Database, orgId: number) {
  return db.execute<OpenDispute>(sql`
    select proposal_id::float8 as proposal_id, title, meta->>'dispute_id' as dispute_id, meta->>'reason' as reason,
      (meta->>'amount_cents')::float8 as amount_cents, meta->>'currency' as currency,
      ${iso(sql`entry.created_at`)} as created_at
    from portal_activity_log as entry join proposals on proposals.id = proposal_id
    where entry.org_id = ${orgId} and event = 'dispute_opened' and not exists (
      select from portal_activity_log as closing
      where closing.proposal_id = entry.proposal_id and closing.event = 'dispute_closed'
        and closing.meta->>'dispute_id' = entry.meta->>'dispute_id')
    order by entry.created_at desc limit ${limit}`);
}

/**
 * Whole and as text: `payload` may hold what no operator of PostgreSQL's reads (\u0000). What names no org is the operator's,
 * who has the metrics; where there is but one org, it is that one's.
 */
function selectUnattributed(db: Database) {
  return db.execute<{ id: string; payload: string; received_at: string; is_only_org: boolean }>(sql`
    select id, payload::text, ${iso(sql`received_at`)} as received_at,
      (select count(*) from orgs) = 1 as is_only_org
    from stripe_events
    where outcome = 'unattributed' and received_at > now() - interval '30 days'
    order by received_at desc limit ${limit}`);
}

type UnattributedRow = Awaited<ReturnType<typeof selectUnattributed>>['rows'][number];

function toUnattributed(row: UnattributedRow, orgId: number): UnattributedEvent[] {
  const decoded = decodeEvent(row.payload);
  if (!decoded) return [];
  const { told, event } = decoded;
  const named = isSessionFact(told) ? told.orgId : null;
  if (named !== orgId && !(named === null && row.is_only_org)) return [];
  return [
    {
      event_id: row.id,
      type: event.type,
      object_id: objectIdOf(told),
      amount_cents: told.amountCents,
      currency: told.currency,
      received_at: row.received_at,
    },
  ];
}

function objectIdOf(told: StripeFact): string {
  switch (told.fact) {
    case 'refund':
      return told.refundId;
    case 'dispute':
      return told.disputeId;
    case 'checkout_paid':
    case 'checkout_pending':
    case 'checkout_failed':
    case 'checkout_expired':
      return told.sessionId;
  }
}
