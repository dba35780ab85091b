export type Definition = {
  readonly help: string;
  /** The names of its labels, in the order they are shown. */
  readonly labels: readonly string[];
  /** OpenMetrics requires the unit as the last word of the name. */
  readonly unit?: 'cents' | 'seconds';
} & (
  | { readonly type: 'counter' | 'gauge' | 'info' }
  /** `buckets` are inclusive upper bounds, in ascending order; +Inf is implied. */
  | { readonly type: 'histogram'; readonly buckets: readonly number[] }
);

const amountBuckets = [
  5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
] as const;

const [minute, hour, day] = [60, 3_600, 86_400];

/** Every metric, once: name, meaning, labels and type. The names are a contract. */
export const catalogue = {
  crm_leads_created_total: { type: 'counter', labels: ['org_id'], help: 'Leads created.' },
  crm_portal_proposal_views_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Hours in which a customer looked at a proposal.',
  },
  crm_portal_approvals_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Versions of proposals approved.',
  },
  crm_portal_checkout_sessions_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Checkout Sessions handed out.',
  },
  crm_portal_payments_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Payments that Stripe reported paid.',
  },
  crm_portal_payment_amount_cents: {
    type: 'histogram',
    labels: ['org_id'],
    unit: 'cents',
    help: "Amounts of payments through Stripe, in minor units of the org's currency.",
    buckets: amountBuckets,
  },
  crm_portal_approval_to_payment_seconds: {
    type: 'histogram',
    labels: ['org_id'],
    unit: 'seconds',
    help: 'Time from the approval of a proposal to its first payment.',
    buckets: [minute, 5 * minute, 15 * minute, hour, 6 * hour, day, 3 * day, 7 * day, 30 * day],
  },
  crm_portal_payments_failed_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Payments by a delayed method that failed after all.',
  },
  crm_portal_refunds_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Refunds made, whole or partial.',
  },
  crm_portal_refund_amount_cents: {
    type: 'histogram',
    labels: ['org_id'],
    unit: 'cents',
    help: "Amounts of refunds made, in minor units of the org's currency.",
    buckets: amountBuckets,
  },
  crm_portal_refunds_failed_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Refunds that failed after they were made.',
  },
  crm_portal_payment_currency_amount_cents: {
    type: 'histogram',
    labels: ['org_id', 'currency'],
    unit: 'cents',
    help: 'Amounts of payments through Stripe, in minor units of the currency they came in.',
    buckets: amountBuckets,
  },
  crm_portal_refund_currency_amount_cents: {
    type: 'histogram',
    labels: ['org_id', 'currency'],
    unit: 'cents',
    help: 'Amounts of refunds made, in minor units of the currency they were made in.',
    buckets: amountBuckets,
  },
  crm_portal_refunds_requested_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Refunds that staff asked for in the portal.',
  },
  crm_portal_offline_payments_total: {
    type: 'counter',
    labels: ['org_id', 'method'],
    help: 'Payments that did not come through Stripe, as staff recorded them.',
  },
  crm_portal_offline_payment_amount_cents: {
    type: 'histogram',
    labels: ['org_id'],
    unit: 'cents',
    help: "Amounts of such payments, in minor units of the org's currency.",
    buckets: amountBuckets,
  },
  crm_portal_proposals_first_paid_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Proposals that got their first payment.',
  },
  crm_portal_proposals_paid_in_full_total: {
    type: 'counter',
    labels: ['org_id'],
    help: 'Proposals of which all was held for the first time.',
  },
  crm_portal_proposals_declined_total: {
    type: 'counter',
    labels: ['org_id', 'reason'],
    help: 'Versions of proposals declined, by reason.',
  },
  crm_portal_checkout_refused_total: {
    type: 'counter',
    labels: ['org_id', 'code'],
    help: 'Sessions that Stripe refused to make, by its code.',
  },
  crm_portal_disputes_total: {
    type: 'counter',
    labels: ['org_id', 'outcome'],
    help: 'Disputes by outcome: opened, then won, lost or prevented; inquiries: inquiry_opened, then warning_closed.',
  },
  crm_portal_payment_anomalies_total: {
    type: 'counter',
    labels: ['org_id', 'reason'],
    help: 'Payments that do not match what was asked for, by reason.',
  },
  crm_portal_org_info: {
    type: 'info',
    labels: ['org_id', 'currency'],
    help: 'The currency that an org is paid in, so that cents are never added to yen.',
  },
  crm_portal_webhook_events_total: {
    type: 'counter',
    labels: ['type', 'outcome'],
    help: 'Events that were posted to the webhook, by what became of them.',
  },
  crm_portal_unattributed_events: {
    type: 'gauge',
    labels: [],
    help: 'Events about money that no proposal claims, as the reconciler last saw them.',
  },
  crm_portal_reconciler_repairs_total: {
    type: 'counter',
    labels: [],
    help: 'Entries that the reconciler wrote: what no webhook had told yet, and sessions it closed.',
  },
  crm_portal_reconciler_last_success_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'When the reconciler last came to its end, in Unix time.',
  },
  crm_portal_reconciler_events_until_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'Up to when all that Stripe failed to deliver is recorded, in Unix time. Its lag is time() minus this.',
  },
  crm_portal_stripe_event_age_seconds: {
    type: 'histogram',
    labels: ['fact'],
    unit: 'seconds',
    help: "Age of Stripe's events when they were recorded, by what they report.",
    buckets: [1, 2, 5, 10, 30, minute, 5 * minute, 15 * minute, hour, 6 * hour, day, 3 * day],
  },
  crm_portal_requests_total: {
    type: 'counter',
    labels: ['route', 'status'],
    help: 'Requests to the API, by route and class of status.',
  },
  crm_portal_stripe_requests_total: {
    type: 'counter',
    labels: ['operation', 'outcome'],
    help: 'Calls to Stripe, by what was asked and what came of it.',
  },
  crm_portal_limited_requests_total: {
    type: 'counter',
    labels: ['limit'],
    help: 'Requests that were refused because a limit was reached, by limit.',
  },
  crm_portal_log_queue_depth: {
    type: 'gauge',
    labels: [],
    help: 'Commands that wait in the shards of the log.',
  },
  crm_portal_series_dropped_total: {
    type: 'counter',
    labels: [],
    help: 'Increments that were not counted because a shard has as many series as it may have.',
  },
  // Last for one release: Workers of the one before read a shard's families up to the first that they do not know.
  crm_portal_instalments_overdue: {
    type: 'gauge',
    labels: ['org_id', 'currency'],
    help: 'Parts of approved schedules whose date is past and which are not paid, as the cron last saw them.',
  },
  crm_portal_proposals_expired: {
    type: 'gauge',
    labels: [],
    help: 'Offers that ran out before any money was on them, as the cron last saw them.',
  },
  crm_portal_owed_total: {
    type: 'counter',
    labels: ['channel', 'kind', 'outcome'],
    help: 'What the log owed to the world, by what became of it.',
  },
  crm_portal_owed_oldest_seconds: {
    type: 'gauge',
    labels: ['channel'],
    unit: 'seconds',
    help: 'For how long the oldest has been due that is not delivered, as the cron last saw it.',
  },
  crm_portal_books_difference_cents: {
    type: 'gauge',
    labels: ['org_id', 'currency'],
    help: 'Money that moved since the books were connected, less what is booked, as the cron last saw it.',
  },
  crm_portal_books_waiting: {
    type: 'gauge',
    labels: ['org_id'],
    help: 'What is owed to an org’s books and not booked yet, as the cron last saw it.',
  },
  crm_portal_channel_errors_total: {
    type: 'counter',
    labels: ['channel', 'class'],
    help: 'Attempts to deliver that failed, or whose outcome is unknown, by remedy.',
  },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof catalogue;

/** In the order they are shown. */
export const metricNames = Object.keys(catalogue) as MetricName[]; // sound: its keys are the names

/** The families that have a series for each org. `org_id` is the first of their labels. */
export const orgMetricNames = metricNames.filter((metric) => catalogue[metric].labels[0] === 'org_id');

export type Labels = Readonly<Record<string, string>>;

/**
 * A counter grows by the value, a histogram observes it. Null starts the series at zero, so that Prometheus sees its first
 * increase. Gauges are not counted but read.
 */
export type Increment = {
  [M in MetricName]: {
    readonly metric: M;
    readonly labels: Readonly<Record<(typeof catalogue)[M]['labels'][number], string>>;
    readonly value: number | null;
  };
}[MetricName];

/**
 * One number of a series. A histogram has a part 'sum' and one for every bucket that is not empty, named by its upper
 * bound; all other types have a single part, ''.
 */
export type Sum = {
  readonly metric: MetricName;
  readonly labels: Labels;
  readonly part: string;
  readonly value: number;
};

/** The sums that an increment adds to, each with what it adds. */
export function toSums({ metric, labels, value }: Increment): Sum[] {
  const definition: Definition = catalogue[metric];
  if (definition.type !== 'histogram') return [{ metric, labels, part: '', value: value ?? 0 }];
  if (value === null) return [{ metric, labels, part: 'sum', value: 0 }];
  const bound = definition.buckets.find((upper) => value <= upper) ?? Number.POSITIVE_INFINITY;
  return [
    { metric, labels, part: 'sum', value },
    { metric, labels, part: String(bound), value: 1 },
  ];
}
