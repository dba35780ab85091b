import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withClient } from '../../local/postgres.ts';
import { reconcile } from '../../local/reconcile.ts';
import { seedPassword } from '../../local/seed.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { claimPort } from '../../local/worker.ts';
import { dashboard, withoutVariables } from '../../monitoring/dashboard.ts';
import { hashPassword } from '../../src/auth/password.ts';
import { fetchChecked } from '../support/check-answer.ts';
import { sign } from '../support/signature.ts';

// A real Prometheus scrapes the real Worker while several orgs are paid. Then every expression of every panel and rule
// must agree with the log.

const hasPrometheus = spawnSync('prometheus', ['--version']).status === 0;
if (!hasPrometheus && process.env.TEST_DATABASE_URL) throw new Error('apt-get install prometheus');
if (!hasPrometheus)
  console.error('Skipped: the dashboard and the rules on a real Prometheus. apt-get install prometheus');

const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
const orgs = [
  { id: 1, email: 'admin@peakpro.io', currency: 'usd' },
  { id: 2, email: 'admin@summit.example', currency: 'usd' },
  { id: 3, email: 'admin@tokyo.example', currency: 'jpy' },
] as const;

/** Minor units in one unit. */
const units = { usd: 100, jpy: 1 };

/** The labels that Prometheus adds. */
const target = 'instance=worker,job=crm-api';

type Sample = { metric: Record<string, string>; value: [number, string] };
type Rule = { name: string; query: string; type: 'alerting' | 'recording' };

describe.runIf(hasPrometheus)('on a real Prometheus', { timeout: 180_000 }, () => {
  let stack: Stack;
  let prometheus: ChildProcess;
  let prometheusUrl: string;
  let log: { org_id: string; event: string; count: number; cents: number }[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portal-prometheus-'));
    const stripe = { port: 0, secretKey: `sk_test_${randomBytes(16).toString('hex')}`, webhookSecret };
    const bindings = { JWT_SECRET: randomBytes(32).toString('hex') };
    stack = await startStack({ folder, port: await claimPort(), bindings, quiet: true, stripe });
    await begin();
    prometheusUrl = await startPrometheus(folder, new URL(stack.worker.url).host);
    log = await play();
  }, 180_000);

  afterAll(async () => {
    prometheus?.kill();
    await stack?.stop();
  });

  test('every panel says what the log says', async () => {
    const expected = expectedPanels();
    for (const panel of dashboard().panels) {
      if (!('targets' in panel)) continue;
      for (const [index, { expr }] of panel.targets.entries()) {
        await expectValue(`${panel.title} ${index}`, withoutVariables(expr), expected[panel.title]?.[index]);
      }
    }
  });

  test('every rule says what the log says, and no alert fires without a reason', async () => {
    const { data } = (await (await fetch(`${prometheusUrl}/api/v1/rules`)).json()) as {
      data: { groups: { rules: Rule[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(8);
    const expected = expectedRules();
    for (const { name, query } of rules) await expectValue(name, query, expected[name]);
  });

  /** Values by label, within the error of Prometheus' extrapolation; none where there should be none. */
  async function expectValue(title: string, expr: string, expected: Record<string, number> | undefined) {
    const url = `${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expr)}`;
    const { data } = (await (await fetch(url)).json()) as { data: { result: Sample[] } };
    const seen = Object.fromEntries(
      data.result.map(({ metric, value }) => [keyOf(metric), Number(value[1])]),
    );
    const { '*': atMost, ...exact } = expected ?? { missing: Number.NaN };
    if (atMost !== undefined) {
      for (const value of Object.values(seen)) expect(value, title).toBeLessThan(atMost);
      expect(Object.keys(seen), title).not.toEqual([]);
      return;
    }
    const nonZero = Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== 0));
    expect(Object.keys(nonZero).sort(), title).toEqual(Object.keys(exact).sort());
    for (const [key, value] of Object.entries(exact)) {
      expect(
        Math.abs((nonZero[key] ?? 0) - value) / value,
        `${title} ${key} = ${nonZero[key]}, not ${value}`,
      ).toBeLessThan(0.08);
    }
  }

  const count = (event: string, org?: number) => total('count', event, org);
  const cents = (event: string, org?: number) => total('cents', event, org);

  function total(what: 'count' | 'cents', event: string, org?: number): number {
    const rows = log.filter(
      (row) => row.event === event && (org === undefined || row.org_id === String(org)),
    );
    return rows.reduce((sum, row) => sum + row[what], 0);
  }

  function expectedPanels(): Record<string, Record<string, number>[]> {
    const paid = (currency: 'usd' | 'jpy', event = 'payment_success') =>
      orgs.filter((org) => org.currency === currency).reduce((sum, { id }) => sum + cents(event, id), 0) /
      units[currency];
    const perOrg = (value: (id: number) => number) =>
      Object.fromEntries(
        orgs.map(({ id, currency }) => [`currency=${currency},org_id=${id}`, value(id) / units[currency]]),
      );
    const received = { 'currency=usd': paid('usd'), 'currency=jpy': paid('jpy') };
    return {
      'Payments (24h)': [{ '': count('payment_success') }],
      'Revenue (7d)': [{ '': cents('payment_success') / 100 }],
      'Lead → Payment Conversion (7d)': [{ '': count('payment_success') / count('lead_created') }],
      'Proposals first paid for each lead (30d)': [
        { '': (count('payment_success') - count('payment_anomaly')) / count('lead_created') },
      ],
      'Received through Stripe, $currency': [received],
      'Received through Stripe (7d)': [received],
      'Received by org (7d)': [perOrg((id) => cents('payment_success', id))],
      'Average payment by org (7d)': [
        Object.fromEntries(
          Object.entries(perOrg((id) => cents('payment_success', id) / count('payment_success', id))).map(
            ([labels, value]) => [`currency=${labels.slice(9, 12)},${target},${labels.slice(13)}`, value],
          ),
        ),
      ],
      'Beside Stripe (7d)': [{}, {}],
      'Proposals paid (7d)': [{ '': count('payment_success') - count('payment_anomaly') }, {}],
      'Declined, by reason (30d)': [{}],
      'Payments that Stripe refused, refunds asked for (7d)': [{}, {}],
      'Past their date': [{}, {}],
      'Funnel (7d)': ['lead_created', 'view', 'approve', 'checkout_created', 'payment_success'].map(
        (event) => ({
          '': count(event),
        }),
      ),
      'Approvals and payments by day': [{ '': count('approve') }, { '': count('payment_success') }],
      // All within a minute: interpolated in the first bucket.
      'Approval to payment (7d)': [{ '': 30 }, { '': 54 }, { '': 59.4 }],
      'Refunded through Stripe (7d)': [{ 'currency=usd': paid('usd', 'payment_refunded') }],
      'Refunded (30d)': [
        { 'currency=usd': paid('usd', 'payment_refunded') },
        { '': count('payment_refunded') },
        {},
      ],
      'Disputes by outcome': [{ 'outcome=opened': 1, 'outcome=won': 1 }],
      'Anomalies by reason': [{ 'reason=already_paid': count('payment_anomaly') }],
      'Webhook events': [{ '*': 100 }],
      'Delayed payments that failed (30d)': [{ '': count('payment_failed') }],
      'Reconciler lag': [{ '*': 120 }],
      'Unmatched events': [{ [target]: 1 }],
      Scrapes: [{ [target]: 1 }],
      'Paid sessions recorded within 60 s (30d)': [{ '': 1 }],
      'Requests by status': [{ '*': 100 }],
      'Calls to Stripe': [{ '*': 100 }],
      'Refused by a limit (24h)': [{}],
      'Commands waiting': [{}],
      // The vendor takes no addresses of example.com. How many before the first scrape is not known: couriers take their time.
      'Mails by outcome (7d)': [{ '*': 1_000 }],
      'Mails that did not arrive, by kind (30d)': [{ '*': 1_000 }],
      'Oldest that waits': [{ '*': 60 }],
      'Attempts that came to nothing (24h)': [{ '*': 1_000 }],
      'Difference from the log': [{}],
      'Waits to be booked': [{}],
      'Booked (7d)': [{}],
    };
  }

  function expectedRules(): Record<string, Record<string, number>> {
    return {
      'org_currency:crm_portal_payment_amount_cents:increase1h': Object.fromEntries(
        orgs.map(({ id, currency }) => [`currency=${currency},org_id=${id}`, cents('payment_success', id)]),
      ),
      'outcome:crm_portal_webhook_events:rate5m': { '*': 100 },
      ...Object.fromEntries(
        ['5m', '30m', '1h', '6h'].map((window) => [`portal:paid_sessions_late:ratio_rate${window}`, {}]),
      ),
      PortalPaymentsLate: {},
      PortalPaymentsLateSlowly: {},
      PortalRequestsFailing: {},
      PortalStripeFailing: {},
      PortalScrapeFailing: {},
      PortalWebhooksMissing: {},
      PortalSignaturesRejected: {},
      PortalPaymentAnomaly: { 'org_id=2,reason=already_paid': 1 },
      PortalCheckoutRefused: {},
      PortalUnattributedMoney: { [target]: 1 },
      PortalReconcilerLate: {},
      PortalDisputeOpened: { 'org_id=1': 1 },
      PortalSeriesDropped: {},
      PortalChannelBlocked: {},
      PortalOwedLate: {},
      PortalBooksLate: {},
      PortalBooksDiffer: {},
      PortalMailBounces: {},
    };
  }

  async function startPrometheus(folder: string, target: string): Promise<string> {
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 2s, evaluation_interval: 2s }
rule_files: ['${process.cwd()}/monitoring/rules.yml']
scrape_configs:
  - job_name: crm-api
    static_configs: [{ targets: ['${target}'], labels: { instance: worker } }]
`,
    );
    const port = await claimPort();
    const options = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/tsdb`];
    prometheus = spawn('prometheus', [...options, `--web.listen-address=127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/-/ready`).catch(() => null))?.ok) await sleep(100);
    const hasScraped = async () => {
      const { data } = (await (await fetch(`${url}/api/v1/query?query=up==1`)).json()) as {
        data: { result: Sample[] };
      };
      return data.result.length > 0;
    };
    while (!(await hasScraped())) await sleep(100);
    return url;
  }

  /** Leads, views, approvals and checkouts, all before the first scrape: what is there by then is no increase. */
  async function begin(): Promise<void> {
    const { postgres } = stack;
    const passwordHash = await hashPassword(seedPassword);
    await withClient(postgres.url, async (client) => {
      await client.query(`insert into orgs (id, name, currency) values (3, 'Tokyo', 'jpy')`);
      const values = [3, 'admin@tokyo.example', passwordHash, 'admin'];
      await client.query(
        'insert into users (org_id, email, password_hash, role) values ($1, $2, $3, $4)',
        values,
      );
    });
    await offer();
  }

  /** The same again, then payments and what becomes of them. Returns what the log says of all but the first time. */
  async function play(): Promise<typeof log> {
    const { stripe } = stack;
    if (!stripe) throw new Error('There is no stand-in for Stripe.');
    const before = await readLog();
    const [a, b, , c, d, , e] = await offer();

    const sessions = [...stripe.account.sessions.values()];
    const of = (proposal: { id: number } | undefined) =>
      sessions.find(({ client_reference_id }) => client_reference_id === String(proposal?.id))?.id ?? '';
    for (const proposal of [a, b, c, e]) stripe.account.pay(of(proposal));
    stripe.account.payLater(of(d));
    const intent = stripe.account.session(of(a)).payment_intent ?? '';
    await sleep(6_000);
    stripe.account.settleLater(of(d), 'failed');
    stripe.account.refund(intent, 5_000);
    stripe.account.closeDispute(stripe.account.openDispute(intent).id, 'won');
    const again = { proposal_id: String(c?.id), org_id: '2' };
    const unknown = { proposal_id: '999999999', org_id: '2' };
    for (const metadata of [again, unknown, { order: '7' }]) await deliver(metadata);
    for (let time = 0; time < 3; time += 1) await send('/payments/webhook', { method: 'POST', body: '{}' });
    await sleep(2_000);
    await reconcile(stack.worker.url);
    await sleep(40_000); // many scrapes, so that the extrapolation at the ends weighs little
    const known = new Map(before.map((row) => [`${row.org_id} ${row.event}`, row]));
    return (await readLog()).map((row) => {
      const { count = 0, cents = 0 } = known.get(`${row.org_id} ${row.event}`) ?? {};
      return { ...row, count: row.count - count, cents: row.cents - cents };
    });
  }

  /** Gives each org leads, and proposals that were viewed, approved and checked out. */
  async function offer(): Promise<{ org: number; id: number }[]> {
    const made: { org: number; id: number }[] = [];
    for (const { id: org, email } of orgs) {
      const token = (await post('/auth/login', { email, password: seedPassword })).access_token as string;
      for (const name of ['Ada', 'Grace', 'Alan']) await post('/leads', { name }, token);
      for (const title of ['One', 'Two', 'Three']) {
        const line_items = [{ description: title, quantity: 1, unit_price_cents: 100_000 * org }];
        const content = { title, customer_name: 'Ada', customer_email: 'ada@example.com', line_items };
        const { id } = (await post('/proposals', content, token)) as { id: number };
        const { portal_url } = await post(`/proposals/${id}/send`, {}, token);
        const [, link] = String(portal_url).split('#token=');
        await post(`/proposals/${id}/view`, {}, link);
        await post(`/proposals/${id}/approve`, { name: 'Ada', version: 1 }, token);
        await post(`/payments/checkout_session?proposal_id=${id}`, {}, token);
        made.push({ org, id });
      }
    }
    return made;
  }

  async function deliver(metadata: object): Promise<void> {
    const unique = randomBytes(8).toString('hex');
    const object = {
      id: `cs_test_${unique}`,
      amount_total: 60_000,
      currency: 'usd',
      payment_status: 'paid',
      metadata,
    };
    const event = {
      id: `evt_${unique}`,
      livemode: false,
      created: Math.floor(Date.now() / 1000),
      type: 'checkout.session.completed',
      data: { object },
    };
    const body = JSON.stringify(event);
    const headers = { 'stripe-signature': await sign(body, webhookSecret) };
    await send('/payments/webhook', { method: 'POST', headers, body });
  }

  async function post(path: string, json: object, token?: string): Promise<Record<string, unknown>> {
    const response = await send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: path.startsWith('/payments/') ? '' : JSON.stringify(json),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json() as Promise<Record<string, unknown>>;
  }

  /** On a new connection: the Worker closes a kept one during the sleep. */
  function send(path: string, init: { method?: string; headers?: object; body?: string }): Promise<Response> {
    return fetchChecked(stack.worker.url + path, {
      ...init,
      headers: { ...init.headers, connection: 'close' },
    });
  }

  /** What the log says, by org and event. */
  async function readLog(): Promise<typeof log> {
    const { rows } = await withClient(stack.postgres.url, (client) =>
      client.query(`select org_id::text, event, count(*)::int, coalesce(sum((meta->>'amount_cents')::int), 0)::int as cents
        from portal_activity_log group by org_id, event`),
    );
    return rows;
  }
});

function keyOf({ __name__, ...labels }: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
}
