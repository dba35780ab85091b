import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BareWorker, startBareWorker } from '../../local/bare-worker.ts';
import { type NeonHttp, startNeonHttp } from '../../local/neon-http.ts';
import { migrate, withClient } from '../../local/postgres.ts';
import { type Play, type StripeServer, startStripe } from '../../local/stripe/server.ts';
import { activityLog, orgs, proposals, users } from '../../src/db/schema.ts';
import { Tokens } from '../../src/jwt/tokens.ts';
import { fetchChecked } from '../support/check-answer.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { sign } from '../support/signature.ts';

// The built Worker in its own process (workerd, objects on disk), its own PostgreSQL, and Stripe's stand-in with retries.
// Only Stripe is a stand-in; the crashes are real.

const isAskedFor = process.env.TEST_DATABASE_URL !== undefined;
if (!isAskedFor)
  console.error('Skipped: the tests of crashes, which need PostgreSQL. TEST_DATABASE_URL asks for them.');

const jwtSecret = randomBytes(32).toString('hex');
const secretKey = `sk_test_${randomBytes(16).toString('hex')}`;
const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
const depositCents = 472_500;

describe.runIf(isAskedFor)('under a load of webhooks', { timeout: 240_000 }, () => {
  let folder: string;
  let postgres: PostgresServer;
  let neon: NeonHttp;
  let stripe: StripeServer;
  let account: Play;
  let worker: BareWorker;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'portal-crash-'));
    const cluster = mkdtempSync(join(tmpdir(), 'portal-postgres-'));
    postgres = await startPostgresServer(cluster);
    await migrate(postgres.url);
    neon = await startNeonHttp({ postgresUrl: postgres.url, connections: 16 });
    stripe = await startStripe();
    account = stripe.of(secretKey);
    worker = await startBareWorker('src/index.ts', folder, {
      ENVIRONMENT: 'development',
      DATABASE_URL: neon.databaseUrl,
      JWT_SECRET: jwtSecret,
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_BASE: stripe.url,
      PORTAL_PUBLIC_URL: 'http://localhost:5173',
      DEPOSIT_PERCENT: '30',
    });
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await stripe.stop();
    await neon.stop();
    await postgres.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the Worker and the database are killed repeatedly, and the totals agree to the cent', async () => {
    const world = await fill(postgres.url, 150);
    const endpoint = { url: `${worker.url}/payments/webhook`, secret: webhookSecret };
    account.deliveries.endpoint = { ...endpoint, duplicate: true, delayMs: 500 };

    const load = { isOver: false };
    const crashes = { worker: 0, database: 0 };
    // Both of each two in turn, in any order: chance alone might spare one of them all the time.
    let isWorkersTurn = false;
    const chaos = async () => {
      for (let n = 0; !load.isOver; n += 1) {
        await sleep(300 + Math.random() * 1_200);
        isWorkersTurn = n % 2 === 0 ? Math.random() < 0.5 : !isWorkersTurn;
        if (isWorkersTurn) {
          await worker.crash();
          crashes.worker += 1;
        } else {
          await postgres.kill();
          await sleep(Math.random() * 800);
          await postgres.start();
          crashes.database += 1;
        }
      }
    };
    const customers = Promise.all(
      Array.from({ length: 10 }, async (_, customer) => {
        for (const proposal of world.proposals.filter(({ id }) => id % 10 === customer)) {
          await payFor(proposal, world.staff);
          await sleep(Math.random() * 1_000);
        }
      }),
    ).finally(() => {
      load.isOver = true;
    });
    await Promise.all([customers, chaos()]);
    expect(crashes.worker).toBeGreaterThan(1);
    expect(crashes.database).toBeGreaterThan(1);

    await expectTruth(world, 150);
  });

  test.each([
    ['down', () => postgres.kill(), () => postgres.start()],
    ['frozen', async () => postgres.freeze(), async () => postgres.thaw()],
  ])(
    'the database is %s: each webhook gets a 5xx within 6 s, and none is lost or doubled',
    async (_, stop, go) => {
      const world = await fill(postgres.url, 40);
      account.deliveries.endpoint = null;
      for (const { sessionId } of await Promise.all(world.proposals.map((one) => payFor(one, world.staff)))) {
        expect(account.account.session(sessionId).payment_status).toBe('paid');
      }
      const events = account.account.events.slice(-40);

      await stop();
      const answers = await Promise.all(events.map((event) => timed(() => deliver(worker.url, event))));
      await go();
      for (const { status, seconds } of answers) {
        expect(status).toBeGreaterThanOrEqual(500);
        expect(seconds).toBeLessThan(6);
      }
      account.deliveries.endpoint = { url: `${worker.url}/payments/webhook`, secret: webhookSecret };
      await expectTruth(world, 40);
    },
  );

  type World = Awaited<ReturnType<typeof fill>>;

  /** Makes a checkout, with as many retries as it takes, and pays it. */
  async function payFor(proposal: { id: number }, staff: string): Promise<{ sessionId: string }> {
    for (;;) {
      const response = await fetchChecked(
        `${worker.url}/payments/checkout_session?proposal_id=${proposal.id}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${staff}` },
        },
      ).catch(() => null);
      const body = (await response?.json().catch(() => null)) as { session_id: string } | null;
      if (response?.status !== 200 || !body) {
        await sleep(100);
        continue;
      }
      account.account.pay(body.session_id);
      return { sessionId: body.session_id };
    }
  }

  /** Waits until Stripe has delivered everything; then the log, the counters and Stripe's payments agree. */
  async function expectTruth({ org }: World, payments: number): Promise<void> {
    const isTold = () => account.account.events.every(({ id }) => account.account.delivered.has(id));
    await expect.poll(isTold, { timeout: 60_000, interval: 200 }).toBe(true);
    const { rows } = await withClient(postgres.url, (client) =>
      client.query(
        `select count(*)::int, count(distinct meta->>'stripe_session_id')::int as sessions,
           sum((meta->>'amount_cents')::int)::int as cents
         from portal_activity_log where event = 'payment_success' and org_id = $1`,
        [org],
      ),
    );
    const cents = payments * depositCents;
    expect(rows).toEqual([{ count: payments, sessions: payments, cents }]);
    const { rows: statuses } = await withClient(postgres.url, (client) =>
      client.query('select status, count(*)::int from proposals where org_id = $1 group by status', [org]),
    );
    expect(statuses).toEqual([{ status: 'deposit_paid', count: payments }]);
    const metrics = await (await fetchChecked(`${worker.url}/metrics`)).text();
    const sample = (name: string) =>
      Number(new RegExp(`^${name}{org_id="${org}"} (.*)$`, 'm').exec(metrics)?.[1]);
    expect(sample('crm_portal_payments_total')).toBe(payments);
    expect(sample('crm_portal_payment_amount_cents_sum')).toBe(cents);
  }
});

/** A new org with this many approved proposals of $15,750.00. */
async function fill(postgresUrl: string, count: number) {
  return withClient(postgresUrl, async (client) => {
    const db = drizzle(client, { casing: 'snake_case' });
    const [org] = await db.insert(orgs).values({ name: 'Crash', currency: 'usd' }).returning();
    if (!org) throw new Error('No org was made.');
    const email = `${randomBytes(6).toString('hex')}@example.com`;
    const [user] = await db
      .insert(users)
      .values({ orgId: org.id, email, passwordHash: 'none', role: 'admin' })
      .returning();
    const content = {
      title: 'Kitchen',
      customerName: 'Ada',
      customerEmail: 'ada@example.com',
      contentHash: 'none',
    };
    const row = { ...content, orgId: org.id, lineItems: [], currency: 'usd', totalCents: 1_575_000 };
    const made = await db
      .insert(proposals)
      .values(Array.from({ length: count }, () => ({ ...row, status: 'approved' as const })))
      .returning({ id: proposals.id });
    await db.insert(activityLog).values(
      made.map(({ id }) => ({
        ...{ orgId: org.id, proposalId: id, seq: 1, event: 'approve' as const, actor: 'customer' as const },
        meta: { name: 'Ada', version: 1, ip: null, content_hash: 'none' },
        dedupeKey: `approve:${id}:v1`,
      })),
    );
    const actor = { kind: 'staff', userId: user?.id ?? 0, orgId: org.id, email, role: 'admin' } as const;
    return { org: org.id, staff: await new Tokens(jwtSecret).signStaff(actor, new Date()), proposals: made };
  });
}

async function deliver(workerUrl: string, event: object): Promise<number> {
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/json', 'stripe-signature': await sign(body, webhookSecret) };
  const response = await fetchChecked(`${workerUrl}/payments/webhook`, { method: 'POST', headers, body });
  return response.status;
}

async function timed(work: () => Promise<number>): Promise<{ status: number; seconds: number }> {
  const start = performance.now();
  const status = await work();
  return { status, seconds: (performance.now() - start) / 1000 };
}
