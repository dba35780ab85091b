import { sql } from 'drizzle-orm';
import { type Database, sqlState } from '../db/client.ts';
import { readAs } from '../db/read-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import type { EventName } from '../domain/entry.ts';
import { authorize } from '../domain/permissions.ts';
import { invalidField } from '../errors.ts';

/**
 * The numbers of a period, all from the log, with money in the org's currency. A proposal counts once in each step of the
 * funnel.
 */
export type Numbers = {
  /** Through Stripe and beside it, less those whose record was taken back. */
  readonly payments: number;
  /** Gross: all that was paid. */
  readonly revenue_cents: number;
  readonly average_deposit_cents: number;
  /** Less refunds that failed, which may have been made before the period. */
  readonly refunded_cents: number;
  /** Disputes that were lost, and not won back in the period. */
  readonly lost_cents: number;
  /** Gross less refunds and lost disputes. */
  readonly net_cents: number;
  readonly disputes: number;
  readonly funnel: {
    readonly leads: number;
    readonly sent: number;
    readonly viewed: number;
    readonly approved: number;
    readonly paid: number;
  };
  /** From approval to payment, median and 90th percentile; null without payments. */
  readonly velocity_seconds: { readonly p50: number | null; readonly p90: number | null };
};

export type Day = { readonly date: string; readonly payments: number; readonly revenue_cents: number };

type Period = { readonly days: number; readonly timeZone: string };

/** invalid_parameter_value, here an unknown time zone: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const invalidParameterValue = '22023';

/** The numbers of the org's last days, including today, in total and for each day. One request. */
export async function getNumbers(
  { db }: Deps,
  actor: Staff,
  period: Period,
): Promise<Numbers & { readonly days: Day[] }> {
  authorize(actor, 'reports:read');
  const { orgId } = actor;
  const queries = [selectTotals(db, orgId, period), selectDays(db, orgId, period)] as const;
  const [totals, days] = await readAs(db, actor, queries).catch(rejectUnknownZone);
  const [row] = totals.rows;
  if (!row) throw new Error('An aggregate returned no row.');
  return { ...row.numbers, days: days.rows };
}

/** The events that are counted. The log has an index for them. */
const counted = [
  'lead_created',
  'sent',
  'view',
  'approve',
  'payment_success',
  'payment_recorded',
  'payment_reversed',
  'payment_refunded',
  'refund_failed',
  'dispute_opened',
] satisfies EventName[];

/** An entry's amount; null in a currency other than the org's, which is an anomaly and part of no sum. */
const cents = sql`case when coalesce(meta->>'currency', orgs.currency) = orgs.currency then (meta->>'amount_cents')::bigint end`;

/** The midnight, in the period's time zone, that it starts with. */
function beginningOf({ days, timeZone }: Period) {
  return sql`date_trunc('day', now() at time zone ${timeZone}) - make_interval(days => ${days - 1}::int)`;
}

function sumOf(condition: string) {
  return sql.raw(`coalesce(sum(cents) filter (where ${condition}), 0)`);
}

function selectTotals(db: Database, orgId: number, period: Period) {
  const proposalsWith = (event: string) => sql`count(distinct proposal_id) filter (where event = ${event})`;
  const seconds = sql`extract(epoch from created_at - (meta->>'approved_at')::timestamptz)`;
  const percentile = (share: number) =>
    sql`round(percentile_cont(${share}::float8) within group (order by ${seconds}) filter (where paid))`;
  const ofPeriod = sql`from portal_activity_log join orgs on orgs.id = org_id
    where org_id = ${orgId} and portal_activity_log.created_at >= (${beginningOf(period)}) at time zone ${period.timeZone}`;
  // In one pass: a second look at the entries would have the database keep all of them meanwhile.
  const gross = sql`${sumOf("paid or event = 'payment_recorded'")} - ${sumOf("event = 'payment_reversed'")}`;
  const refunded = sql`${sumOf("event = 'payment_refunded'")} - ${sumOf("event = 'refund_failed'")}`;
  const lost = sql`(select coalesce(sum(cents) filter (where status = 'lost'), 0) from (
    select distinct on (meta->>'dispute_id') meta->>'status' as status, ${cents} as cents
    ${ofPeriod} and event = 'dispute_closed' order by meta->>'dispute_id', portal_activity_log.id desc) as closing)`;
  return db.execute<{ numbers: Numbers }>(sql`
    with entry as (
      select event, proposal_id, meta, portal_activity_log.created_at, event = 'payment_success' as paid, ${cents} as cents
      ${ofPeriod} and event = any(${sql.param(counted)}::text[])
    )
    select json_build_object(
      'payments', count(*) filter (where paid or event = 'payment_recorded')
        - count(*) filter (where event = 'payment_reversed'),
      'revenue_cents', ${gross},
      'average_deposit_cents',
        coalesce(round(avg(cents) filter (where paid or event = 'payment_recorded')), 0),
      'refunded_cents', ${refunded},
      'lost_cents', ${lost},
      'net_cents', ${gross} - (${refunded}) - ${lost},
      'disputes', count(*) filter (where event = 'dispute_opened' and not starts_with(coalesce(meta->>'status', ''), 'warning_')),
      'funnel', json_build_object(
        'leads', count(*) filter (where event = 'lead_created'),
        'sent', ${proposalsWith('sent')},
        'viewed', ${proposalsWith('view')},
        'approved', ${proposalsWith('approve')},
        'paid', count(distinct proposal_id) filter (where paid or event = 'payment_recorded')),
      'velocity_seconds', json_build_object('p50', ${percentile(0.5)}, 'p90', ${percentile(0.9)})
    ) as numbers
    from entry`);
}

function selectDays(db: Database, orgId: number, period: Period) {
  const { days, timeZone } = period;
  return db.execute<Day>(sql`
    select to_char(day, 'YYYY-MM-DD') as date,
      (count(entry.id) filter (where event <> 'payment_reversed')
        - count(entry.id) filter (where event = 'payment_reversed'))::int as payments,
      coalesce(sum(case when event = 'payment_reversed' then -${cents} else ${cents} end), 0)::float8 as revenue_cents
    from orgs cross join generate_series(0, ${days - 1}::int) as n
    cross join lateral (select ${beginningOf(period)} + make_interval(days => n) as day) as calendar
    left join portal_activity_log as entry
      on entry.org_id = orgs.id and entry.event in ('payment_success', 'payment_recorded', 'payment_reversed')
      and entry.created_at >= day at time zone ${timeZone}
      and entry.created_at < (day + interval '1 day') at time zone ${timeZone}
    where orgs.id = ${orgId}
    group by day order by day`);
}

function rejectUnknownZone(error: unknown): never {
  if (sqlState(error) === invalidParameterValue) {
    const wrong = { code: 'unknown_value', detail: 'There is no such time zone.' } as const;
    throw invalidField('invalid_request', 'time_zone', wrong, { cause: error });
  }
  throw error;
}
