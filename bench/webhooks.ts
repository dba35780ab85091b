import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { startBareWorker } from '../local/bare-worker.ts';
import { startNeonHttp } from '../local/neon-http.ts';
import { embeddedConnections, migrate, startEmbeddedPostgres, withClient } from '../local/postgres.ts';
import { createDatabase } from '../test/support/database.ts';

// `npm run bench`: signed webhooks a second, each of a payment of its own, with the group commit against the same
// Worker with groups of one, alternating in one run. Only the ratio means anything: everything shares this machine.

const connections = 64;
const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = 2;
const secret = `whsec_${randomBytes(16).toString('hex')}`;
const print = (text: string) => process.stdout.write(`${text}\n`);

/** Proposals to pay, in so many shards that `of` is one in four of the ids, or all of them. */
type Target = { readonly name: string; readonly idStep: number };
const targets: Target[] = [
  { name: 'one shard', idStep: 4 },
  { name: 'four shards', idStep: 1 },
];

async function bench(): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const server = process.env.TEST_DATABASE_URL;
  const postgres = server ? await createDatabase(server) : await startEmbeddedPostgres();
  cleanup.defer(() => postgres.stop());
  await migrate(postgres.url);
  const poolSize = server ? 16 : embeddedConnections;
  const neon = await startNeonHttp({ postgresUrl: postgres.url, connections: poolSize });
  cleanup.defer(() => neon.stop());
  const folder = await mkdtemp(join(tmpdir(), 'portal-bench-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const bindings = {
    ENVIRONMENT: 'production',
    DATABASE_URL: neon.databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_never_sent_never_sent_never_sent',
    STRIPE_WEBHOOK_SECRET: secret,
    DEPOSIT_PERCENT: '30',
  };
  const grouped = await startBareWorker('src/index.ts', join(folder, 'grouped'), bindings);
  cleanup.defer(() => grouped.stop());
  const single = await startBareWorker('bench/groups-of-one.ts', join(folder, 'single'), bindings);
  cleanup.defer(() => single.stop());

  print(
    `${server ? 'PostgreSQL' : 'Embedded Postgres'}, ${connections} connections, ${rounds} x ${seconds} s each`,
  );
  for (const target of targets) {
    const [groups, ones]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      groups.push(await measure(grouped.url, postgres.url, target));
      ones.push(await measure(single.url, postgres.url, target));
    }
    const [inGroups, byOne] = [mean(groups).toFixed(0), mean(ones).toFixed(0)];
    const ratio = (mean(groups) / mean(ones)).toFixed(1);
    print(`${target.name}: ${inGroups} webhooks/s in groups, ${byOne} in groups of one: ${ratio} times`);
  }
}

/** Webhooks acknowledged a second. Fails if any is not, or if the log does not hold every payment once. */
async function measure(url: string, postgresUrl: string, { idStep }: Target): Promise<number> {
  const ids = await createProposals(postgresUrl, seconds * 4_000, idStep);
  const webhooks = ids.map((id) => sign(id));
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  let acknowledged = 0;
  await post(url, agent, webhooks[next++]); // a shard that wakes reads on from its watermark first
  const start = performance.now();
  const sender = async () => {
    while (performance.now() - start < seconds * 1000 && next < webhooks.length) {
      await post(url, agent, webhooks[next++]);
      acknowledged += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();

  const [row] = await withClient(postgresUrl, async (client) => {
    const sql = `select count(*)::int as payments from portal_activity_log where event = 'payment_success' and proposal_id = any($1)`;
    return (await client.query<{ payments: number }>(sql, [ids])).rows;
  });
  if (row?.payments !== acknowledged + 1) {
    throw new Error(
      `${acknowledged + 1} webhooks were acknowledged, ${row?.payments} payments are in the log.`,
    );
  }
  return acknowledged / elapsed;
}

/** Approved proposals of $15,750.00, their ids multiples of `idStep`. */
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

type Webhook = { readonly payload: string; readonly signature: string };

function sign(proposalId: number): Webhook {
  const payload = JSON.stringify({
    id: `evt_${proposalId}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    livemode: false,
    type: 'checkout.session.completed',
    data: {
      object: {
        id: `cs_test_${proposalId}`,
        object: 'checkout.session',
        amount_total: 472_500,
        currency: 'usd',
        payment_status: 'paid',
        payment_intent: `pi_${proposalId}`,
        metadata: { proposal_id: String(proposalId), org_id: '1' },
      },
    },
  });
  return { payload, signature: Stripe.webhooks.generateTestHeaderString({ payload, secret }) };
}

function post(url: string, agent: Agent, webhook: Webhook | undefined): Promise<void> {
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

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

await bench();
