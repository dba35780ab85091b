import { readFileSync, writeFileSync } from 'node:fs';

// `npm run dashboard` writes the Grafana dashboard: the panels below, laid out in rows of 24 columns.

const file = `${import.meta.dirname}/grafana-provisioning/dashboards/peakpro-crm-kpis.json`;

type Target = readonly [expr: string, legend: string];
type Panel = {
  readonly title: string;
  readonly description?: string;
  readonly type: 'stat' | 'gauge' | 'timeseries' | 'bargauge';
  readonly width: number;
  readonly unit?: string;
  readonly max?: number;
  /** The values from which it is amber and red. */
  readonly thresholds?: readonly [amber: number, red: number];
  readonly targets: readonly Target[];
};

/** In minor units, since a yen has no hundredths. Currencies are never added together. */
const byCurrency = (series: string, range: string) =>
  `sum by (currency) (increase(${series}[${range}]) * on (org_id) group_left (currency) crm_portal_org_info)`;

const rows: { readonly title: string; readonly height: number; readonly panels: readonly Panel[] }[] = [
  {
    title: 'At a glance',
    height: 6,
    panels: [
      {
        title: 'Payments (24h)',
        type: 'stat',
        width: 8,
        targets: [['sum(increase(crm_portal_payments_total[24h]))', 'Payments']],
      },
      {
        title: 'Revenue (7d)',
        description: 'Of all orgs, as if they were all paid in dollars. By currency below.',
        type: 'stat',
        width: 8,
        unit: 'currencyUSD',
        targets: [['sum(increase(crm_portal_payment_amount_cents_sum[7d])) / 100', 'Revenue ($)']],
      },
      {
        title: 'Lead → Payment Conversion (7d)',
        type: 'gauge',
        width: 8,
        unit: 'percentunit',
        max: 1,
        targets: [
          [
            'sum(increase(crm_portal_payments_total[7d])) / sum(increase(crm_leads_created_total[7d]))',
            'Conversion Rate',
          ],
        ],
      },
    ],
  },
  {
    title: 'Revenue',
    height: 8,
    panels: [
      {
        title: 'Revenue by currency (7d, minor units)',
        type: 'bargauge',
        width: 8,
        targets: [[byCurrency('crm_portal_payment_amount_cents_sum', '7d'), '{{currency}}']],
      },
      {
        title: 'Revenue by org (7d, minor units)',
        type: 'bargauge',
        width: 8,
        targets: [
          [
            'sort_desc(sum by (org_id, currency) (increase(crm_portal_payment_amount_cents_sum[7d]) * on (org_id) group_left (currency) crm_portal_org_info))',
            'org {{org_id}}, {{currency}}',
          ],
        ],
      },
      {
        title: 'Average deposit by org (7d, minor units)',
        type: 'bargauge',
        width: 8,
        targets: [
          [
            'increase(crm_portal_payment_amount_cents_sum[7d]) / increase(crm_portal_payment_amount_cents_count[7d])',
            'org {{org_id}}',
          ],
        ],
      },
    ],
  },
  {
    title: 'What comes in, by its own currency and way',
    height: 7,
    panels: [
      {
        title: 'Received through Stripe (7d, minor units)',
        description: 'In the currency that the money came in, also where that is not the org’s own.',
        type: 'bargauge',
        width: 6,
        targets: [
          ['sum by (currency) (increase(crm_portal_payment_currency_amount_cents_sum[7d]))', '{{currency}}'],
        ],
      },
      {
        title: 'Refunded through Stripe (7d, minor units)',
        description: 'In the currency of the payment.',
        type: 'bargauge',
        width: 6,
        targets: [
          ['sum by (currency) (increase(crm_portal_refund_currency_amount_cents_sum[7d]))', '{{currency}}'],
        ],
      },
      {
        title: 'Beside Stripe (7d)',
        description:
          'Cash, cheques and transfers as staff recorded them; the amounts are in the org’s currency.',
        type: 'stat',
        width: 6,
        targets: [
          ['sum by (method) (round(increase(crm_portal_offline_payments_total[7d])))', '{{method}}'],
          [byCurrency('crm_portal_offline_payment_amount_cents_sum', '7d'), '{{currency}}, minor units'],
        ],
      },
      {
        title: 'Proposals paid (7d)',
        description:
          'Each proposal counts once: at its first payment, and when all of it was held for the first time.',
        type: 'stat',
        width: 6,
        targets: [
          ['sum(round(increase(crm_portal_proposals_first_paid_total[7d])))', 'first paid'],
          ['sum(round(increase(crm_portal_proposals_paid_in_full_total[7d])))', 'paid in full'],
        ],
      },
    ],
  },
  {
    title: 'Where people stop',
    height: 7,
    panels: [
      {
        title: 'Declined, by reason (30d)',
        description: 'What customers gave as their reason.',
        type: 'bargauge',
        width: 8,
        targets: [
          ['sum by (reason) (round(increase(crm_portal_proposals_declined_total[30d])))', '{{reason}}'],
        ],
      },
      {
        title: 'Payments that Stripe refused, refunds asked for (7d)',
        description:
          'A refused payment stops its customer until staff mend it: the code says what Stripe did not like.',
        type: 'bargauge',
        width: 8,
        targets: [
          ['sum by (code) (round(increase(crm_portal_checkout_refused_total[7d])))', 'refused: {{code}}'],
          ['sum(round(increase(crm_portal_refunds_requested_total[7d])))', 'refunds asked for'],
        ],
      },
      {
        title: 'Past their date',
        description:
          'Instalments that are due and not paid the day after their date, and offers that ran out before any money was on them.',
        type: 'stat',
        width: 8,
        targets: [
          ['sum by (currency) (crm_portal_instalments_overdue)', 'overdue, {{currency}}'],
          ['sum(crm_portal_proposals_expired)', 'expired'],
        ],
      },
    ],
  },
  {
    title: 'From lead to payment',
    height: 8,
    panels: [
      {
        title: 'Funnel (7d)',
        type: 'bargauge',
        width: 12,
        targets: [
          ['sum(increase(crm_leads_created_total[7d]))', 'leads'],
          ['sum(increase(crm_portal_proposal_views_total[7d]))', 'views'],
          ['sum(increase(crm_portal_approvals_total[7d]))', 'approvals'],
          ['sum(increase(crm_portal_checkout_sessions_total[7d]))', 'checkouts'],
          ['sum(increase(crm_portal_payments_total[7d]))', 'payments'],
        ],
      },
      {
        title: 'Approval to payment (7d)',
        type: 'stat',
        width: 12,
        unit: 's',
        targets: [0.5, 0.9, 0.99].map((quantile) => [
          `histogram_quantile(${quantile}, sum by (le) (rate(crm_portal_approval_to_payment_seconds_bucket[7d])))`,
          `p${quantile * 100}`,
        ]),
      },
    ],
  },
  {
    title: 'Money going back',
    height: 7,
    panels: [
      {
        title: 'Refunds by currency (30d, minor units)',
        type: 'bargauge',
        width: 8,
        targets: [[byCurrency('crm_portal_refund_amount_cents_sum', '30d'), '{{currency}}']],
      },
      {
        title: 'Refunds (30d)',
        type: 'stat',
        width: 4,
        targets: [
          ['sum(increase(crm_portal_refunds_total[30d]))', 'made'],
          ['sum(increase(crm_portal_refunds_failed_total[30d]))', 'failed'],
        ],
      },
      {
        title: 'Disputes by outcome',
        type: 'bargauge',
        width: 6,
        targets: [['sum by (outcome) (crm_portal_disputes_total)', '{{outcome}}']],
      },
      {
        title: 'Anomalies by reason',
        type: 'bargauge',
        width: 6,
        thresholds: [1, 10],
        targets: [['sum by (reason) (crm_portal_payment_anomalies_total)', '{{reason}}']],
      },
    ],
  },
  {
    title: "The service's health",
    height: 7,
    panels: [
      {
        title: 'Webhook events',
        type: 'timeseries',
        width: 10,
        unit: 'reqps',
        targets: [['sum by (outcome) (rate(crm_portal_webhook_events_total[5m]))', '{{outcome}}']],
      },
      {
        title: 'Delayed payments that failed (30d)',
        type: 'stat',
        width: 4,
        targets: [['sum(increase(crm_portal_payments_failed_total[30d]))', 'failed']],
      },
      {
        title: 'Reconciler lag',
        type: 'stat',
        width: 4,
        unit: 's',
        thresholds: [600, 1_200],
        targets: [['time() - crm_portal_reconciler_events_until_timestamp_seconds', 'lag']],
      },
      {
        title: 'Unattributed events',
        type: 'stat',
        width: 3,
        thresholds: [1, 10],
        targets: [['crm_portal_unattributed_events', 'unattributed']],
      },
      {
        title: 'Scrapes',
        type: 'stat',
        width: 3,
        targets: [['up{job="crm-api"}', 'up']],
      },
    ],
  },
  {
    title: 'Objective and load',
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
        title: 'Refused by a limit (24h)',
        description: 'The README lists the limits.',
        type: 'bargauge',
        width: 3,
        targets: [['sum by (limit) (increase(crm_portal_limited_requests_total[24h]))', '{{limit}}']],
      },
      {
        title: 'Commands waiting',
        description: 'In the shards of the log. It should be near zero.',
        type: 'stat',
        width: 3,
        thresholds: [100, 1_000],
        targets: [['crm_portal_log_queue_depth', 'waiting']],
      },
    ],
  },
  {
    title: 'Mail',
    height: 7,
    panels: [
      {
        title: 'Mails by outcome (7d)',
        description:
          'What became of what was owed. Delivered is what the vendor reports of what it was sent.',
        type: 'bargauge',
        width: 8,
        targets: [['sum by (outcome) (increase(crm_portal_owed_total{channel="mail"}[7d]))', '{{outcome}}']],
      },
      {
        title: 'Mails that did not arrive, by kind (30d)',
        description:
          'They bounced, were complained about or refused, or the vendor never said. Attention lists them.',
        type: 'bargauge',
        width: 6,
        targets: [
          [
            'sum by (kind) (increase(crm_portal_owed_total{channel="mail",outcome=~"bounced|complained|failed|perhaps_sent"}[30d]))',
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
        targets: [['sum by (class) (increase(crm_portal_channel_errors_total[24h]))', '{{class}}']],
      },
    ],
  },
];

const datasource = { type: 'prometheus', uid: 'prometheus' };

/** The dashboard as Grafana reads it. */
export function dashboard() {
  let [id, y] = [0, 0];
  const panels = rows.flatMap(({ title, height, panels: inRow }) => {
    id += 1;
    const head = { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] };
    let x = 0;
    const laidOut = inRow.map((panel) => {
      id += 1;
      const gridPos = { x, y: y + 1, w: panel.width, h: height };
      x += panel.width;
      return toPanel(panel, id, gridPos);
    });
    y += 1 + height;
    return [head, ...laidOut];
  });
  return {
    uid: 'peakpro-crm-kpis',
    title: 'PeakPro CRM: deposits',
    tags: ['crm', 'payments'],
    schemaVersion: 39,
    timezone: 'browser',
    time: { from: 'now-7d', to: 'now' },
    refresh: '1m',
    panels,
  };
}

function toPanel(panel: Panel, id: number, gridPos: { x: number; y: number; w: number; h: number }) {
  const { title, description, type, unit, max, thresholds, targets } = panel;
  const colors = ['green', 'orange', 'red'];
  const steps = [null, ...(thresholds ?? [])].map((value, index) => ({ color: colors[index], value }));
  return {
    id,
    title,
    ...(description ? { description } : {}),
    type,
    datasource,
    gridPos,
    targets: targets.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat,
      ...(type === 'timeseries' ? {} : { instant: true }),
    })),
    fieldConfig: {
      defaults: {
        ...(unit ? { unit } : {}),
        ...(max === undefined ? {} : { min: 0, max }),
        thresholds: { mode: 'absolute', steps },
      },
      overrides: [],
    },
    options:
      type === 'timeseries' ? {} : { reduceOptions: { calcs: ['lastNotNull'] }, orientation: 'horizontal' },
  };
}

if (import.meta.main) writeFileSync(file, `${JSON.stringify(dashboard(), null, 2)}\n`);

/** The committed dashboard, which a test compares with what would be written. */
export const committedDashboard = () => JSON.parse(readFileSync(file, 'utf8'));
