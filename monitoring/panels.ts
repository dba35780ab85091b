import { unusualUnits } from '../src/domain/currency.ts';

// The panels of the Grafana dashboard: a row for each question, and what answers it. `dashboard.ts` lays them out.

type Target = readonly [expr: string, legend: string];
export type Panel = {
  readonly title: string;
  readonly description: string;
  readonly type: 'stat' | 'gauge' | 'timeseries' | 'bargauge';
  readonly width: number;
  readonly unit?: string;
  readonly decimals?: number;
  readonly max?: number;
  /** The values from which it is amber and red. */
  readonly thresholds?: readonly [amber: number, red: number];
  /** One panel for each value of this variable. */
  readonly repeat?: 'currency';
  readonly targets: readonly Target[];
};

/** Only the orgs that are chosen above. */
const org = 'org_id=~"$org"';

/** How often something happened: whole numbers, which Prometheus' extrapolation makes fractions of. */
const count = (series: string, range: string, by = '', only = org) =>
  `sum${by && ` by (${by})`} (round(increase(${series}{${only}}[${range}])))`;

const [zeroDecimal, threeDecimal] = [unusualUnits[1].join('|'), unusualUnits[1_000].join('|')];

/**
 * Amounts in units of their currency: series count minor units, and a yen has no hundredths. Currencies are never added
 * together, nor do they share an axis.
 */
const inUnits = (expr: (currency: string) => string) => {
  const chosen = 'currency=~"$currency"';
  const usual = expr(`${chosen},currency!~"${zeroDecimal}|${threeDecimal}"`);
  const zero = expr(`${chosen},currency=~"${zeroDecimal}"`);
  const three = expr(`${chosen},currency=~"${threeDecimal}"`);
  return `${usual} / 100 or ${zero} or ${three} / 1000`;
};

/** Amounts of a series that has its currency as a label. */
const byCurrency = (series: string, range: string) =>
  inUnits((currency) => `sum by (currency) (increase(${series}{${org},${currency}}[${range}]))`);

/** Amounts of a series in the org's own currency. */
const inOrgCurrency = (series: string, range: string, by = 'currency') =>
  inUnits(
    (currency) =>
      `sum by (${by}) (increase(${series}{${org}}[${range}]) * on (org_id) group_left (currency) crm_portal_org_info{${currency}})`,
  );

export const rows: { readonly title: string; readonly height: number; readonly panels: readonly Panel[] }[] =
  [
    {
      title: 'At a glance',
      height: 6,
      panels: [
        {
          title: 'Payments (24h)',
          description: 'All payments through Stripe in the last day, of all orgs.',
          type: 'stat',
          width: 6,
          decimals: 0,
          targets: [['sum(increase(crm_portal_payments_total[24h]))', 'Payments']],
        },
        {
          title: 'Revenue (7d)',
          description: 'Of all orgs, as if they were all paid in dollars. By currency below.',
          type: 'stat',
          width: 6,
          unit: 'currencyUSD',
          targets: [['sum(increase(crm_portal_payment_amount_cents_sum[7d])) / 100', 'Revenue ($)']],
        },
        {
          title: 'Lead → Payment Conversion (7d)',
          description:
            'Payments for each lead, of all orgs. A balance is a payment too, so it can pass 100 %; beside it, proposals count once.',
          type: 'gauge',
          width: 6,
          unit: 'percentunit',
          max: 1,
          targets: [
            [
              'sum(increase(crm_portal_payments_total[7d])) / sum(increase(crm_leads_created_total[7d]))',
              'Conversion Rate',
            ],
          ],
        },
        {
          title: 'Proposals first paid for each lead (30d)',
          description:
            'Each proposal counts once, at its first payment. Proposals without a lead count too, so it can pass 100 %.',
          type: 'stat',
          width: 6,
          unit: 'percentunit',
          decimals: 0,
          targets: [
            [
              `sum(increase(crm_portal_proposals_first_paid_total{${org}}[30d])) / sum(increase(crm_leads_created_total{${org}}[30d]))`,
              'first paid',
            ],
          ],
        },
      ],
    },
    {
      title: 'Is money coming in?',
      height: 7,
      panels: [
        {
          title: 'Received through Stripe, $currency',
          description: 'In a day up to each moment, in units of the currency that the money came in.',
          type: 'timeseries',
          width: 12,
          repeat: 'currency',
          targets: [[byCurrency('crm_portal_payment_currency_amount_cents_sum', '1d'), '{{currency}}']],
        },
        {
          title: 'Received through Stripe (7d)',
          description:
            'In units of the currency that the money came in, also where that is not the org’s own.',
          type: 'stat',
          width: 6,
          decimals: 2,
          targets: [[byCurrency('crm_portal_payment_currency_amount_cents_sum', '7d'), '{{currency}}']],
        },
        {
          title: 'Received by org (7d)',
          description: 'In units of the org’s own currency, the largest first.',
          type: 'stat',
          width: 6,
          decimals: 2,
          targets: [
            [
              `sort_desc(${inOrgCurrency('crm_portal_payment_amount_cents_sum', '7d', 'org_id, currency')})`,
              'org {{org_id}}, {{currency}}',
            ],
          ],
        },
        {
          title: 'Average payment by org (7d)',
          description: 'In units of the org’s own currency.',
          type: 'stat',
          width: 6,
          decimals: 2,
          targets: [
            [
              inUnits(
                (currency) =>
                  `increase(crm_portal_payment_amount_cents_sum{${org}}[7d]) / increase(crm_portal_payment_amount_cents_count{${org}}[7d]) * on (org_id) group_left (currency) crm_portal_org_info{${currency}}`,
              ),
              'org {{org_id}}, {{currency}}',
            ],
          ],
        },
        {
          title: 'Beside Stripe (7d)',
          description: 'Cash, cheques and transfers as staff recorded them, in units of the org’s currency.',
          type: 'stat',
          width: 6,
          targets: [
            [count('crm_portal_offline_payments_total', '7d', 'method'), '{{method}}'],
            [inOrgCurrency('crm_portal_offline_payment_amount_cents_sum', '7d'), '{{currency}}'],
          ],
        },
        {
          title: 'Proposals paid (7d)',
          description:
            'Each proposal counts once: at its first payment, and when all of it was held for the first time.',
          type: 'stat',
          width: 6,
          decimals: 0,
          targets: [
            [count('crm_portal_proposals_first_paid_total', '7d'), 'first paid'],
            [count('crm_portal_proposals_paid_in_full_total', '7d'), 'paid in full'],
          ],
        },
      ],
    },
    {
      title: 'Where do people get stuck?',
      height: 7,
      panels: [
        {
          title: 'Funnel (7d)',
          description: 'How often each step was taken. A proposal is viewed, and paid, more than once.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [
            [count('crm_leads_created_total', '7d'), 'leads'],
            [count('crm_portal_proposal_views_total', '7d'), 'views'],
            [count('crm_portal_approvals_total', '7d'), 'approvals'],
            [count('crm_portal_checkout_sessions_total', '7d'), 'checkouts'],
            [count('crm_portal_payments_total', '7d'), 'payments'],
          ],
        },
        {
          title: 'Approvals and payments by day',
          description: 'In a day up to each moment. Where the lines part, people approve and do not pay.',
          type: 'timeseries',
          width: 8,
          decimals: 0,
          targets: [
            [count('crm_portal_approvals_total', '1d'), 'approvals'],
            [count('crm_portal_payments_total', '1d'), 'payments'],
          ],
        },
        {
          title: 'Approval to payment (7d)',
          description:
            'How long it takes from an approval to its first payment: half, nine in ten, all but one in a hundred.',
          type: 'stat',
          width: 8,
          unit: 's',
          targets: [0.5, 0.9, 0.99].map((quantile) => [
            `histogram_quantile(${quantile}, sum by (le) (rate(crm_portal_approval_to_payment_seconds_bucket{${org}}[7d])))`,
            `p${quantile * 100}`,
          ]),
        },
        {
          title: 'Declined, by reason (30d)',
          description: 'What customers gave as their reason.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [[count('crm_portal_proposals_declined_total', '30d', 'reason'), '{{reason}}']],
        },
        {
          title: 'Payments that Stripe refused, refunds asked for (7d)',
          description:
            'A refused payment stops its customer until staff mend it: the code says what Stripe did not like.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [
            [count('crm_portal_checkout_refused_total', '7d', 'code'), 'refused: {{code}}'],
            [count('crm_portal_refunds_requested_total', '7d'), 'refunds asked for'],
          ],
        },
        {
          title: 'Past their date',
          description:
            'Instalments that are due and not paid the day after their date, and offers that ran out before any money was on them.',
          type: 'stat',
          width: 8,
          decimals: 0,
          targets: [
            [
              `sum by (currency) (crm_portal_instalments_overdue{${org},currency=~"$currency"})`,
              'overdue, {{currency}}',
            ],
            ['sum(crm_portal_proposals_expired)', 'expired'],
          ],
        },
      ],
    },
    {
      title: 'What goes back?',
      height: 7,
      panels: [
        {
          title: 'Refunded through Stripe (7d)',
          description: 'In units of the currency of the payment.',
          type: 'stat',
          width: 6,
          decimals: 2,
          targets: [[byCurrency('crm_portal_refund_currency_amount_cents_sum', '7d'), '{{currency}}']],
        },
        {
          title: 'Refunded (30d)',
          description: 'In units of the org’s own currency, and how many refunds were made or failed.',
          type: 'stat',
          width: 6,
          targets: [
            [inOrgCurrency('crm_portal_refund_amount_cents_sum', '30d'), '{{currency}}'],
            [count('crm_portal_refunds_total', '30d'), 'made'],
            [count('crm_portal_refunds_failed_total', '30d'), 'failed'],
          ],
        },
        {
          title: 'Disputes by outcome',
          description: 'Since the beginning. An inquiry is a bank that only asks.',
          type: 'bargauge',
          width: 4,
          decimals: 0,
          targets: [[`sum by (outcome) (crm_portal_disputes_total{${org}})`, '{{outcome}}']],
        },
        {
          title: 'Anomalies by reason',
          description:
            'Payments that differ from what was agreed, since the beginning. Attention lists them.',
          type: 'bargauge',
          width: 4,
          decimals: 0,
          thresholds: [1, 10],
          targets: [[`sum by (reason) (crm_portal_payment_anomalies_total{${org}})`, '{{reason}}']],
        },
        {
          title: 'Delayed payments that failed (30d)',
          description: 'A bank debit that was begun and did not go through.',
          type: 'stat',
          width: 4,
          decimals: 0,
          targets: [[count('crm_portal_payments_failed_total', '30d'), 'failed']],
        },
      ],
    },
    {
      title: 'Is the service well?',
      height: 7,
      panels: [
        {
          title: 'Paid sessions recorded within 60 s (30d)',
          description: 'From the time of Stripe’s event. The objective is 99.9 %.',
          type: 'stat',
          width: 6,
          unit: 'percentunit',
          targets: [
            [
              'sum(increase(crm_portal_stripe_event_age_seconds_bucket{fact="checkout_paid",le="60.0"}[30d])) / sum(increase(crm_portal_stripe_event_age_seconds_count{fact="checkout_paid"}[30d]))',
              'within 60 s',
            ],
          ],
        },
        {
          title: 'Webhook events',
          description: 'What Stripe posts, by what became of it.',
          type: 'timeseries',
          width: 6,
          unit: 'reqps',
          targets: [['sum by (outcome) (rate(crm_portal_webhook_events_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Requests by status',
          description: 'Of all routes, by class of status.',
          type: 'timeseries',
          width: 6,
          unit: 'reqps',
          targets: [['sum by (status) (rate(crm_portal_requests_total[5m]))', '{{status}}']],
        },
        {
          title: 'Calls to Stripe',
          description: 'By what came of them.',
          type: 'timeseries',
          width: 6,
          unit: 'reqps',
          targets: [['sum by (outcome) (rate(crm_portal_stripe_requests_total[5m]))', '{{outcome}}']],
        },
        {
          title: 'Reconciler lag',
          description: 'How far behind the reconciler is: it runs every five minutes.',
          type: 'stat',
          width: 6,
          unit: 's',
          thresholds: [600, 1_200],
          targets: [['time() - crm_portal_reconciler_events_until_timestamp_seconds', 'lag']],
        },
        {
          title: 'Unmatched events',
          description: 'Money that carries our mark and that no proposal claims. Attention lists it.',
          type: 'stat',
          width: 6,
          decimals: 0,
          thresholds: [1, 10],
          targets: [['crm_portal_unattributed_events', 'unmatched']],
        },
        {
          title: 'Scrapes',
          description: '1 while Prometheus reaches the service.',
          type: 'stat',
          width: 3,
          decimals: 0,
          targets: [['up{job="crm-api"}', 'up']],
        },
        {
          title: 'Commands waiting',
          description: 'In the shards of the log. It should be near zero.',
          type: 'stat',
          width: 3,
          decimals: 0,
          thresholds: [100, 1_000],
          targets: [['crm_portal_log_queue_depth', 'waiting']],
        },
        {
          title: 'Refused by a limit (24h)',
          description: 'The README lists the limits.',
          type: 'bargauge',
          width: 6,
          decimals: 0,
          targets: [
            ['sum by (limit) (round(increase(crm_portal_limited_requests_total[24h])))', '{{limit}}'],
          ],
        },
      ],
    },
    {
      title: 'Does mail arrive?',
      height: 7,
      panels: [
        {
          title: 'Mails by outcome (7d)',
          description:
            'What became of what was owed. Delivered is what the vendor reports of what it was sent.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [
            ['sum by (outcome) (round(increase(crm_portal_owed_total{channel="mail"}[7d])))', '{{outcome}}'],
          ],
        },
        {
          title: 'Mails that did not arrive, by kind (30d)',
          description:
            'They bounced, were complained about or refused, or the vendor never said. Attention lists them.',
          type: 'bargauge',
          width: 6,
          decimals: 0,
          targets: [
            [
              'sum by (kind) (round(increase(crm_portal_owed_total{channel="mail",outcome=~"bounced|complained|failed|perhaps_sent"}[30d])))',
              '{{kind}}',
            ],
          ],
        },
        {
          title: 'Oldest that waits',
          description: 'For how long the oldest has been due that is not delivered, as the cron last saw it.',
          type: 'stat',
          width: 5,
          unit: 's',
          thresholds: [3_600, 10_800],
          targets: [['max by (channel) (crm_portal_owed_oldest_seconds)', '{{channel}}']],
        },
        {
          title: 'Attempts that came to nothing (24h)',
          description:
            'By remedy: an operator mends the deployment, time passes, or somebody corrects the mail.',
          type: 'bargauge',
          width: 5,
          decimals: 0,
          targets: [['sum by (class) (round(increase(crm_portal_channel_errors_total[24h])))', '{{class}}']],
        },
      ],
    },
    {
      title: 'Do the books agree?',
      height: 7,
      panels: [
        {
          title: 'Difference from the log',
          description: 'Money that moved less what is booked, by org: 0 once nothing waits.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [
            [
              `max by (org_id, currency) (crm_portal_books_difference_cents{${org}}) != 0`,
              '{{org_id}} {{currency}} (cents)',
            ],
          ],
        },
        {
          title: 'Waits to be booked',
          description: 'What is owed to an org’s books and not in them yet: its staff see why.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [[`max by (org_id) (crm_portal_books_waiting{${org}}) > 0`, '{{org_id}}']],
        },
        {
          title: 'Booked (7d)',
          description: 'What became of what the books were owed.',
          type: 'bargauge',
          width: 8,
          decimals: 0,
          targets: [
            ['sum by (outcome) (round(increase(crm_portal_owed_total{channel="books"}[7d])))', '{{outcome}}'],
          ],
        },
      ],
    },
  ];
