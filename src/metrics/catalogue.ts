type CounterDefinition = { readonly type: 'counter'; readonly help: string };
type HistogramDefinition = {
  readonly type: 'histogram';
  readonly help: string;
  /** Upper bounds, inclusive, rising; +Inf is implied. */
  readonly buckets: readonly number[];
};

/** Every metric, once: its name, what it means and how it is counted. The names are a contract. */
export const catalogue = {
  crm_leads_created_total: { type: 'counter', help: 'Leads created.' },
  crm_portal_payments_total: { type: 'counter', help: 'Deposits that Stripe reported paid.' },
  crm_portal_payment_amount_cents: {
    type: 'histogram',
    help: "Amounts of paid deposits, in minor units of the org's currency.",
    buckets: [
      5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
    ],
  },
} as const satisfies Record<string, CounterDefinition | HistogramDefinition>;

export type MetricName = keyof typeof catalogue;

export type Labels = Readonly<Record<string, string>>;

/** One thing seen: a counter grows by the value, a histogram observes it. */
export type Increment = { readonly metric: MetricName; readonly labels: Labels; readonly value: number };

/**
 * One number that only grows. A counter has one part, ''; a histogram has 'sum' and, for every bucket something fell
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
  if (definition.type === 'counter') return [{ metric, labels, part: '', value }];
  const bound = definition.buckets.find((upper) => value <= upper) ?? Number.POSITIVE_INFINITY;
  return [
    { metric, labels, part: 'sum', value },
    { metric, labels, part: String(bound), value: 1 },
  ];
}
