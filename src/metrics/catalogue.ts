type SingleDefinition = { readonly type: 'counter' | 'gauge'; readonly help: string };
type HistogramDefinition = {
  readonly type: 'histogram';
  readonly help: string;
  /** Upper bounds, inclusive, rising; +Inf is implied. */
  readonly buckets: readonly number[];
};

const amountBuckets = [
  5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
] as const;

/** Every metric, once: its name, what it means and how it is counted. The names are a contract. */
export const catalogue = {
  crm_leads_created_total: { type: 'counter', help: 'Leads created.' },
  crm_portal_payments_total: { type: 'counter', help: 'Deposits that Stripe reported paid.' },
  crm_portal_payment_amount_cents: {
    type: 'histogram',
    help: "Amounts of paid deposits, in minor units of the org's currency.",
    buckets: amountBuckets,
  },
  crm_portal_payments_failed_total: {
    type: 'counter',
    help: 'Deposits by a delayed method that failed after all.',
  },
  crm_portal_refunds_total: { type: 'counter', help: 'Refunds made, whole or partial.' },
  crm_portal_refund_amount_cents: {
    type: 'histogram',
    help: "Amounts of refunds made, in minor units of the org's currency.",
    buckets: amountBuckets,
  },
  crm_portal_refunds_failed_total: { type: 'counter', help: 'Refunds that failed after they were made.' },
  crm_portal_disputes_total: {
    type: 'counter',
    help: 'Disputes by outcome: opened, then won, lost, warning_closed or prevented.',
  },
  crm_portal_payment_anomalies_total: {
    type: 'counter',
    help: 'Payments that do not match what was asked for, by reason.',
  },
  crm_portal_reconciler_repairs_total: {
    type: 'counter',
    help: 'Entries that the reconciler wrote: what no webhook had told yet, and sessions it closed.',
  },
  crm_portal_reconciler_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the reconciler last came to its end, in Unix time.',
  },
  crm_portal_reconciler_events_until_timestamp_seconds: {
    type: 'gauge',
    help: 'Up to when all that Stripe failed to deliver is recorded, in Unix time. Its lag is time() minus this.',
  },
  crm_portal_unattributed_events: {
    type: 'gauge',
    help: 'Events about money that no proposal claims, as the reconciler last saw them.',
  },
} as const satisfies Record<string, SingleDefinition | HistogramDefinition>;

export type MetricName = keyof typeof catalogue;

export type Labels = Readonly<Record<string, string>>;

/** One thing seen: a counter grows by the value, a histogram observes it. Gauges are not counted, but read. */
export type Increment = { readonly metric: MetricName; readonly labels: Labels; readonly value: number };

/**
 * One number. A counter or gauge has one part, ''; a histogram has 'sum' and, for every bucket something fell
 * into, its upper bound.
 */
export type Sum = {
  readonly metric: MetricName;
  readonly labels: Labels;
  readonly part: string;
  readonly value: number;
};

/** What an increment adds to which sums. */
export function toSums({ metric, labels, value }: Increment): Sum[] {
  const definition = catalogue[metric];
  if (definition.type !== 'histogram') return [{ metric, labels, part: '', value }];
  const bound = definition.buckets.find((upper) => value <= upper) ?? Number.POSITIVE_INFINITY;
  return [
    { metric, labels, part: 'sum', value },
    { metric, labels, part: String(bound), value: 1 },
  ];
}
