import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import Stripe from 'stripe';
import { embeddedConnections, migrate, startEmbeddedPostgres, withClient } from '../local/postgres.ts';
import { createDatabase } from '../test/support/database.ts';
import { startChild } from './child.ts';

// Shared by the benchmarks: a database, a folder, and load from many connections.

export const connections = 64;
export const seconds = Number(process.env.BENCH_SECONDS ?? 5);
export const secret = `whsec_${randomBytes(16).toString('hex')}`;

export const print = (text: string) => process.stdout.write(`${text}\n`);

export type Ground = {
  readonly postgresUrl: string;
  readonly folder: string;
  readonly name: string;
  /** Connections to the database. */
  readonly poolSize: number;
  readonly bindings: Record<string, string>;
};

/** Makes a migrated, empty database and a folder, which last until `cleanup` is disposed of. */
export async function prepare(cleanup: AsyncDisposableStack): Promise<Ground> {
  const server = process.env.TEST_DATABASE_URL;
  const postgres = server ? await createDatabase(server) : await startEmbeddedPostgres();
  cleanup.defer(() => postgres.stop());
  await migrate(postgres.url);
  const poolSize = server ? 16 : embeddedConnections;
  const neon = await startChild('neon.ts', { postgresUrl: postgres.url, connections: poolSize });
  cleanup.defer(() => neon.stop());
  const folder = await mkdtemp(join(tmpdir(), 'portal-bench-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const bindings = {
    ENVIRONMENT: 'production',
    DATABASE_URL: neon.url,
    STRIPE_SECRET_KEY: 'sk_test_never_sent_never_sent_never_sent',
    STRIPE_WEBHOOK_SECRET: secret,
    METRICS_TOKEN: metricsToken,
    DEPOSIT_PERCENT: '30',
    PORTAL_PUBLIC_URL: 'https://portal.example',
  };
  return {
    postgresUrl: postgres.url,
    folder,
    poolSize,
    name: server ? 'PostgreSQL' : 'Embedded Postgres',
    bindings,
  };
}

const metricsToken = 'only-for-the-bench-only-for-the-bench';

/** How many `GET path` requests are answered with 200 per second, from many connections. */
export async function measureRequests(url: string, path: string): Promise<number> {
  const start = performance.now();
  let answered = 0;
  const sender = async () => {
    while (performance.now() - start < seconds * 1000) {
      const response = await fetch(url + path);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  return (answered * 1000) / (performance.now() - start);
}

export type Scrape = { readonly ms: number; readonly text: string };

/** Scrapes once, compressed, as Prometheus asks for it. Its time ends with the last byte, before it is decompressed. */
export async function scrape(url: string): Promise<Scrape> {
  const headers = { authorization: `Bearer ${metricsToken}`, 'accept-encoding': 'gzip' };
  const start = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // On a connection of its own: workerd may just have closed one that was idle while another version folded.
  get(`${url}/metrics`, { headers, agent: false }, resolve).on('error', reject);
  const response = await promise;
  const body = await buffer(response);
  const ms = performance.now() - start;
  if (response.statusCode !== 200) throw new Error(`/metrics: HTTP ${response.statusCode}`);
  return { ms, text: gunzipSync(body).toString() };
}

/** What a load of webhooks came to. */
export type Load = { readonly perSecond: number; readonly acknowledged: number; readonly medianMs: number };

/**
 * Sends webhooks, each of a payment of its own, over many connections at once, for as long as the bench's seconds or until
 * there are no more. Fails if one is not acknowledged.
 */
export async function send(url: string, webhooks: readonly Webhook[], connections: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  const sender = async () => {
    while (performance.now() - start < seconds * 1000 && next < webhooks.length) {
      const sentAt = performance.now();
      await post(url, agent, webhooks[next++]);
      times.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();
  return { perSecond: times.length / elapsed, acknowledged: times.length, medianMs: median(times) };
}

/** Webhooks acknowledged per second. Fails if any is not, or if the log does not hold every payment once. */
export async function measureWebhooks(
  url: string,
  postgresUrl: string,
  { idStep = 1, connections: at = connections } = {},
): Promise<Load> {
  const ids = await createProposals(postgresUrl, seconds * 4_000, idStep);
  const webhooks = ids.map((id) => sign(id));
  const load = await send(url, webhooks, at);
  const [row] = await withClient(postgresUrl, async (client) => {
    const sql = `select count(*)::int as payments from portal_activity_log where event = 'payment_success' and proposal_id = any($1)`;
    return (await client.query<{ payments: number }>(sql, [ids])).rows;
  });
  if (row?.payments !== load.acknowledged) {
    throw new Error(
      `${load.acknowledged} webhooks were acknowledged, but ${row?.payments} payments are in the log.`,
    );
  }
  return load;
}

/** Creates approved proposals of $15,750.00 whose ids are multiples of `idStep`. */
function createProposals(postgresUrl: string, count: number, idStep: number): Promise<number[]> {
  return withClient(postgresUrl, async (client) => {
    await client.query(
      `insert into orgs (id, name, currency) values (1, 'Bench', 'usd') on conflict do nothing`,
    );
    const { rows } = await client.query<{ id: string }>(
      `with last as (select coalesce(max(id), 0) / 4 * 4 as id from proposals)
       insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash, status)
       select last.id + 4 + n * $2::int, 1, 'Bench', 'Bench', 'bench@example.com', '[]', 'usd', 1575000, '', 'approved'
       from last, generate_series(0, $1::int - 1) as n returning id`,
      [count, idStep],
    );
    await client.query('analyze');
    return rows.map(({ id }) => Number(id));
  });
}

export type Webhook = { readonly payload: string; readonly signature: string };

/** A signed event of about 3 KB, as Stripe's are. */
export function sign(proposalId: number, type = 'checkout.session.completed'): Webhook {
  const payload = JSON.stringify({
    id: `evt_${proposalId}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    livemode: false,
    type,
    data: {
      object: {
        id: `cs_test_${proposalId}`,
        object: 'checkout.session',
        amount_total: 472_500,
        currency: 'usd',
        payment_status: 'paid',
        payment_intent: `pi_${proposalId}`,
        metadata: { proposal_id: String(proposalId), org_id: '1' },
        pad: 'x'.repeat(2_500),
      },
    },
  });
  return { payload, signature: Stripe.webhooks.generateTestHeaderString({ payload, secret }) };
}

/** Posts one webhook. Rejects unless it is acknowledged. */
export function post(url: string, agent: Agent | false, webhook: Webhook | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { 'content-type': 'application/json', 'stripe-signature': webhook?.signature };
  const sent = request(`${url}/payments/webhook`, { method: 'POST', agent, headers }, (response) => {
    response.resume();
    response.on('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
    );
  });
  sent.on('error', reject).end(webhook?.payload);
  return promise;
}

export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
