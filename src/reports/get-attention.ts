import { count, sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { readAs } from '../db/read-as.ts';
import { isUndelivered, orgs } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import type { BlockReason } from '../domain/books.ts';
import type { AnomalyReason } from '../domain/entry.ts';
import type { Observation } from '../domain/observation.ts';
import { customerMails } from '../domain/owed.ts';
import { authorize } from '../domain/permissions.ts';
import { selectNewestUnattributedEvents } from '../payments/list-unattributed-events.ts';
import { decodeUnlessInvalid } from '../stripe/decode-event.ts';
import { concerns } from './concerns.ts';

/** A payment that is not what was asked for. */
export type Anomaly = {
  readonly entry_id: number;
  readonly proposal_id: number;
  readonly title: string;
  readonly reason: AnomalyReason;
  readonly amount_cents: number;
  readonly currency: string | null;
  readonly expected_cents: number;
  readonly expected_currency: string;
  readonly created_at: string;
};

/** A dispute that is not closed: the bank waits for an answer. */
export type OpenDispute = {
  readonly proposal_id: number;
  readonly title: string;
  readonly dispute_id: string;
  /** Stripe's, as it was opened: one that starts with `warning_` is an inquiry, which takes no money yet. */
  readonly status: string;
  readonly reason: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly created_at: string;
};

/** What Stripe would not do, in the order of how it is looked at. */
export const refusals = ['checkout_refused', 'refund_refused', 'refund_failed'] as const;

export type Refused = {
  readonly proposal_id: number;
  readonly title: string;
  readonly event: (typeof refusals)[number];
  readonly code: string | null;
  readonly amount_cents: number | null;
  readonly created_at: string;
};

/** A mail to a customer that did not arrive, or perhaps not. */
export type UndeliveredMail = {
  readonly mail_id: string;
  readonly proposal_id: number;
  readonly title: string;
  readonly kind: (typeof customerMails)[number];
  readonly state: (typeof undeliveredStates)[number];
  readonly reason: string | null;
  readonly created_at: string;
};

export const undeliveredStates = ['bounced', 'complained', 'failed', 'perhaps_sent'] as const;

/** What the books would not take, until somebody mends that. */
export type BlockedBooking = {
  readonly booking_id: string;
  readonly proposal_id: number;
  readonly title: string;
  readonly reason: BlockReason;
  readonly created_at: string;
};

/** What is in the books over another amount than it should be, or was changed or deleted over there. */
export type ChangedBooking = {
  readonly proposal_id: number;
  readonly title: string;
  readonly document_type: string;
  readonly document_number: string | null;
  readonly amount_cents: number;
  readonly seen_cents: number;
  readonly deleted: boolean;
  readonly currency: string;
  readonly created_at: string;
};

/** A connection to an org's books that is over, or will be. */
export type EndingConnection = {
  readonly company: string;
  readonly state: 'lost' | 'ending';
  readonly ends_at: string | null;
};

/** Money at Stripe that matches no proposal. */
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
  readonly refused: Refused[];
  readonly mails: UndeliveredMail[];
  readonly unattributed: UnattributedEvent[];
  readonly bookings: BlockedBooking[];
  readonly book_changes: ChangedBooking[];
  readonly connections: EndingConnection[];
};

/** Cap per kind. */
const limit = 100;

/** What staff should look at: of the last 30 days, and all disputes that are open. One request. */
export async function getAttention({ db, config }: Deps, actor: Staff): Promise<Attention> {
  authorize(actor, 'reports:read');
  const { orgId } = actor;
  const [anomalies, disputes, refused, mails, bookings, changes, connections, events, [orgCount]] =
    await readAs(db, actor, [
      selectAnomalies(db, orgId),
      selectOpenDisputes(db, orgId),
      selectRefused(db, orgId),
      selectUndelivered(db, orgId),
      selectBlockedBookings(db, orgId),
      selectChangedBookings(db, orgId),
      selectEndingConnections(db, orgId),
      selectNewestUnattributedEvents(db, limit),
      db.select({ count: count() }).from(orgs),
    ]);
  const reader = { orgId, isOnlyOrg: orgCount?.count === 1, portalUrl: config.portalUrl };
  const unattributed = events.flatMap(({ id, payload, receivedAt }) => {
    const decoded = decodeUnlessInvalid(payload);
    if (!decoded || !concerns(reader, decoded.observation)) return [];
    return [toUnattributed(id, decoded.event.type, decoded.observation, receivedAt)];
  });
  return {
    anomalies: anomalies.rows,
    disputes: disputes.rows,
    refused: refused.rows,
    mails: mails.rows,
    unattributed,
    bookings: bookings.rows,
    book_changes: changes.rows,
    connections: connections.rows,
  };
}

/** A time as JavaScript writes it. */
const iso = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function selectAnomalies(db: Database, orgId: number) {
  return db.execute<Anomaly>(sql`
    select entry.id::float8 as entry_id, proposal_id::float8 as proposal_id, title, meta->>'reason' as reason,
      (meta->>'amount_cents')::float8 as amount_cents, meta->>'currency' as currency,
      (meta->>'expected_cents')::float8 as expected_cents, meta->>'expected_currency' as expected_currency,
      ${iso(sql`entry.created_at`)} as created_at
    from portal_activity_log as entry join proposals on proposals.id = proposal_id
    where entry.org_id = ${orgId} and event = 'payment_anomaly' and entry.created_at > now() - interval '30 days'
      and not exists (select from portal_activity_log as accepted
        where accepted.dedupe_key = 'anomaly_accepted:' || entry.id)
    order by entry.created_at desc limit ${limit}`);
}

/** A session of the version that is offered now, unless one was made since; a refund, unless one was made since. */
function selectRefused(db: Database, orgId: number) {
  return db.execute<Refused>(sql`
    select proposal_id::float8 as proposal_id, title, event, meta->>'code' as code,
      (meta->>'amount_cents')::float8 as amount_cents, ${iso(sql`entry.created_at`)} as created_at
    from portal_activity_log as entry join proposals on proposals.id = proposal_id
    where entry.org_id = ${orgId} and event = any(${sql.param(refusals)}::text[])
      and entry.created_at > now() - interval '30 days'
      and (event <> 'checkout_refused'
        or ((meta->>'version')::integer = proposals.version and proposals.status <> 'void'))
      and not exists (select from portal_activity_log as later
        where later.proposal_id = entry.proposal_id and later.seq > entry.seq
          and case when entry.event = 'checkout_refused' then later.event = 'checkout_created'
            else later.event = 'payment_refunded' and later.meta->>'stripe_session_id' = coalesce(
              entry.meta->>'stripe_session_id',
              (select request.meta->>'stripe_session_id' from portal_activity_log as request
                where request.dedupe_key = 'refund_requested:' || (entry.meta->>'refund_request_id'))) end)
    order by entry.created_at desc limit ${limit}`);
}

/** Until the address is corrected, or the same kind of mail was owed to it since. */
function selectUndelivered(db: Database, orgId: number) {
  return db.execute<UndeliveredMail>(sql`
    select mail.id as mail_id, proposal_id::float8 as proposal_id, title, mail.kind,
      coalesce(reported, state) as state, mail.reason, ${iso(sql`coalesce(reported_at, ended_at)`)} as created_at
    from outbox as mail join proposals on proposals.id = proposal_id
    where mail.org_id = ${orgId} and channel = 'mail' and mail.kind = any(${sql.param(customerMails)}::text[])
      and ${isUndelivered}
      and mail.ended_at > now() - interval '30 days' and status <> 'void'
      and case
        when reported is not null or mail.reason = 'suppressed' then exists (select from suppressions
          where org_id = mail.org_id and email = lower(customer_email) and suppressions.reason <> 'no_reminders')
        when frozen is not null then lower(frozen->'mail'->>'to') = lower(customer_email)
        else not exists (select from portal_activity_log as entry where entry.proposal_id = mail.proposal_id
          and entry.event = 'customer_changed' and entry.created_at > mail.ended_at) end
      and not exists (select from outbox as later where later.proposal_id = mail.proposal_id
        and later.kind = mail.kind and later.share is not distinct from mail.share and later.created_at > mail.ended_at)
    order by mail.ended_at desc limit ${limit}`);
}

function selectBlockedBookings(db: Database, orgId: number) {
  return db.execute<BlockedBooking>(sql`
    select booking.id as booking_id, proposal_id::float8 as proposal_id, title, booking.reason,
      ${iso(sql`booking.created_at`)} as created_at
    from outbox as booking join proposals on proposals.id = proposal_id
    where booking.org_id = ${orgId} and booking.state = 'blocked' and ended_at is null
    order by booking.created_at limit ${limit}`);
}

function selectChangedBookings(db: Database, orgId: number) {
  return db.execute<ChangedBooking>(sql`
    select proposal_id::float8 as proposal_id, title, type as document_type, number as document_number,
      amount_cents::float8 as amount_cents, seen_cents::float8 as seen_cents, changed_at is not null and seen_cents = 0 as deleted, refs.currency,
      ${iso(sql`coalesce(changed_at, refs.created_at)`)} as created_at
    from books_refs as refs join proposals on proposals.id = proposal_id
      join books_connections on books_connections.org_id = refs.org_id and books_connections.realm_id = refs.realm_id
    where refs.org_id = ${orgId} and (seen_cents <> amount_cents or changed_at is not null) and state <> 'disconnected'
    order by coalesce(changed_at, refs.created_at) desc limit ${limit}`);
}

/** Intuit warns a month before it ends a connection for good. */
function selectEndingConnections(db: Database, orgId: number) {
  return db.execute<EndingConnection>(sql`
    select company_name as company, case when state = 'lost' then 'lost' else 'ending' end as state,
      ${iso(sql`least(ends_at, refresh_by)`)} as ends_at
    from books_connections
    where org_id = ${orgId} and (state = 'lost' or (state = 'on' and least(ends_at, refresh_by) < now() + interval '30 days'))`);
}

function selectOpenDisputes(db: Database, orgId: number) {
  return db.execute<OpenDispute>(sql`
    select proposal_id::float8 as proposal_id, title, meta->>'dispute_id' as dispute_id,
      meta->>'status' as status, meta->>'reason' as reason,
      (meta->>'amount_cents')::float8 as amount_cents, meta->>'currency' as currency,
      ${iso(sql`entry.created_at`)} as created_at
    from portal_activity_log as entry join proposals on proposals.id = proposal_id
    where entry.org_id = ${orgId} and event = 'dispute_opened' and not exists (
      select from portal_activity_log as closing
      where closing.proposal_id = entry.proposal_id and closing.event = 'dispute_closed'
        and closing.meta->>'dispute_id' = entry.meta->>'dispute_id')
    order by entry.created_at desc limit ${limit}`);
}

function toUnattributed(
  id: string,
  type: string,
  observation: Observation,
  receivedAt: Date,
): UnattributedEvent {
  return {
    event_id: id,
    type,
    object_id: objectIdOf(observation),
    amount_cents: observation.amountCents,
    currency: observation.currency,
    received_at: receivedAt.toISOString(),
  };
}

function objectIdOf(observation: Observation): string {
  switch (observation.fact) {
    case 'refund':
      return observation.refundId;
    case 'dispute':
      return observation.disputeId;
    case 'checkout_paid':
    case 'checkout_pending':
    case 'checkout_failed':
    case 'checkout_expired':
      return observation.sessionId;
  }
}
