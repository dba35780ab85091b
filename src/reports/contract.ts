import * as v from 'valibot';
import { blockReasons } from '../domain/books.ts';
import { anomalyReasons } from '../domain/entry.ts';
import { customerMails } from '../domain/owed.ts';
import { type Contracts, Id, Money, Time } from '../http/contract.ts';
import { refusals, undeliveredStates } from './get-attention.ts';
import { NumbersQuery } from './schemas.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const seconds = v.nullable(v.number());

const Numbers = v.object({
  payments: count,
  revenue_cents: v.pipe(Money, v.description('Gross: all that was paid, through Stripe and beside it.')),
  average_deposit_cents: v.pipe(Money, v.description('The average payment.')),
  refunded_cents: v.pipe(Money, v.description('Less refunds that failed.')),
  lost_cents: v.pipe(Money, v.description('Disputes that were lost.')),
  net_cents: v.pipe(Money, v.description('Gross less refunds and lost disputes.')),
  disputes: count,
  funnel: v.object({ leads: count, sent: count, viewed: count, approved: count, paid: count }),
  velocity_seconds: v.pipe(
    v.object({ p50: seconds, p90: seconds }),
    v.description('From approval to payment; null without payments.'),
  ),
  days: v.array(v.object({ date: v.pipe(v.string(), v.isoDate()), payments: count, revenue_cents: Money })),
});

const Anomaly = v.object({
  entry_id: v.pipe(Id, v.description('What accepting it names.')),
  proposal_id: Id,
  title: v.string(),
  reason: v.picklist(anomalyReasons),
  amount_cents: Money,
  currency: v.nullable(v.string()),
  expected_cents: Money,
  expected_currency: v.string(),
  created_at: Time,
});

const OpenDispute = v.object({
  proposal_id: Id,
  title: v.string(),
  dispute_id: v.string(),
  status: v.pipe(
    v.string(),
    v.description('Stripe’s. With `warning_` in front it is an inquiry, and no money was taken.'),
  ),
  reason: v.string(),
  amount_cents: Money,
  currency: v.string(),
  created_at: Time,
});

const Refused = v.pipe(
  v.object({
    proposal_id: Id,
    title: v.string(),
    event: v.picklist(refusals),
    code: v.pipe(v.nullable(v.string()), v.description('Stripe’s.')),
    amount_cents: v.nullable(Money),
    created_at: Time,
  }),
  v.description('A payment or refund that Stripe would not make.'),
);

const UnattributedEvent = v.object({
  event_id: v.string(),
  type: v.string(),
  object_id: v.string(),
  amount_cents: Money,
  currency: v.nullable(v.string()),
  received_at: Time,
});

const UndeliveredMail = v.object({
  mail_id: v.pipe(v.string(), v.uuid()),
  proposal_id: Id,
  title: v.string(),
  kind: v.picklist(customerMails),
  state: v.picklist(undeliveredStates),
  reason: v.nullable(v.string()),
  created_at: Time,
});

const BlockedBooking = v.pipe(
  v.object({
    booking_id: v.pipe(v.string(), v.uuid()),
    proposal_id: Id,
    title: v.string(),
    reason: v.picklist(blockReasons),
    created_at: Time,
  }),
  v.description('What the books would not take, until somebody mends that.'),
);

const ChangedBooking = v.pipe(
  v.object({
    proposal_id: Id,
    title: v.string(),
    document_type: v.string(),
    document_number: v.nullable(v.string()),
    amount_cents: Money,
    seen_cents: v.pipe(Money, v.description('What it comes to over there; 0 where it was deleted.')),
    deleted: v.pipe(v.boolean(), v.description('Or voided.')),
    currency: v.string(),
    created_at: Time,
  }),
  v.description('What is in the books over another amount than it should be.'),
);

const EndingConnection = v.object({
  company: v.string(),
  state: v.picklist(['lost', 'ending']),
  ends_at: v.nullable(Time),
});

const Attention = v.object({
  anomalies: v.array(Anomaly),
  disputes: v.array(OpenDispute),
  refused: v.array(Refused),
  mails: v.array(UndeliveredMail),
  unattributed: v.array(UnattributedEvent),
  bookings: v.array(BlockedBooking),
  book_changes: v.array(ChangedBooking),
  connections: v.array(EndingConnection),
});

export const reportContracts = {
  'GET /reports/numbers': {
    id: 'getNumbers',
    tag: 'Reports',
    summary: 'Read the numbers of a period',
    description: 'Of the last days, including today, in total and for each day, in the org’s currency.',
    permission: 'reports:read',
    query: NumbersQuery,
    example: { query: { days: '1', time_zone: 'America/New_York' } },
    answer: {
      status: 200,
      description: 'The numbers.',
      body: Numbers,
      example: {
        payments: 1,
        revenue_cents: 472500,
        average_deposit_cents: 472500,
        refunded_cents: 0,
        lost_cents: 0,
        net_cents: 472500,
        disputes: 0,
        funnel: { leads: 3, sent: 2, viewed: 2, approved: 1, paid: 1 },
        velocity_seconds: { p50: 5400, p90: 5400 },
        days: [{ date: '2026-11-26', payments: 1, revenue_cents: 472500 }],
      },
    },
    problems: ['invalid_request'],
  },
  'GET /reports/attention': {
    id: 'getAttention',
    tag: 'Reports',
    summary: 'Read what needs attention',
    description:
      'Anomalies of the last 30 days that were not accepted, open disputes, payments and refunds that Stripe would not make, and money that no proposal claims; 100 of each at most.',
    permission: 'reports:read',
    example: {},
    answer: {
      status: 200,
      description: 'What needs attention.',
      body: Attention,
      example: {
        anomalies: [
          {
            entry_id: 12,
            proposal_id: 7,
            title: 'Kitchen',
            reason: 'already_paid',
            amount_cents: 472500,
            currency: 'usd',
            expected_cents: 472500,
            expected_currency: 'usd',
            created_at: '2026-11-26T09:00:00.000Z',
          },
        ],
        disputes: [],
        refused: [],
        mails: [],
        unattributed: [],
        bookings: [],
        book_changes: [],
        connections: [],
      },
    },
    problems: [],
  },
} as const satisfies Contracts;

export const reportComponents = {
  Numbers,
  Anomaly,
  OpenDispute,
  Refused,
  UndeliveredMail,
  UnattributedEvent,
  BlockedBooking,
  ChangedBooking,
  EndingConnection,
  Attention,
};
