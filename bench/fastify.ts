import cluster from 'node:cluster';
import { once } from 'node:events';
import Fastify from 'fastify';
import { Pool } from 'pg';
import { Counter, register, Summary } from 'prom-client';
import Stripe from 'stripe';
import { whenAsked } from './child.ts';

// The peer that we are measured against: the same webhook as one would write it on Fastify, pg and prom-client, a process
// for each core. It verifies, inserts once and counts. It decides nothing, keeps no order, and each process has counters of
// its own, which a crash between the row and the counter leaves wrong.

type Options = {
  readonly postgresUrl: string;
  readonly connections: number;
  readonly secret: string;
  readonly port: number;
};
type Session = {
  readonly id: string;
  readonly amount_total: number;
  readonly payment_status: string;
  readonly metadata: { readonly org_id: string; readonly proposal_id: string };
};

const processes = 2;

if (cluster.isPrimary) {
  whenAsked(async (options: Options) => {
    cluster.setupPrimary({ args: [JSON.stringify(options)] });
    const started = Array.from({ length: processes }, () => once(cluster.fork(), 'listening'));
    await Promise.all(started);
    return `http://127.0.0.1:${options.port}`;
  });
} else {
  await serve(JSON.parse(process.argv[2] ?? ''));
}

async function serve({ postgresUrl, connections, secret, port }: Options): Promise<void> {
  const pool = new Pool({ connectionString: postgresUrl, max: connections / processes });
  pool.on('error', () => {}); // at the end the database may go first
  const payments = new Counter({
    name: 'crm_portal_payments_total',
    help: 'Payments.',
    labelNames: ['org_id'],
  });
  const amounts = new Summary({
    name: 'crm_portal_payment_amount_cents',
    help: 'Amounts.',
    labelNames: ['org_id'],
    percentiles: [],
  });
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/payments/webhook', async (request, reply) => {
    const header = request.headers['stripe-signature'] ?? '';
    let session: Session;
    try {
      const event = Stripe.webhooks.constructEvent(String(request.body), header, secret);
      session = event.data.object as unknown as Session;
    } catch {
      return reply.code(400).send();
    }
    const { org_id, proposal_id } = session.metadata;
    const meta = {
      amount_cents: session.amount_total,
      stripe_session_id: session.id,
      payment_status: session.payment_status,
    };
    const { rowCount } = await pool.query(
      `insert into peer_activity_log (org_id, proposal_id, event, meta, stripe_key)
       values ($1, $2, 'payment_success', $3, $4) on conflict do nothing returning id`,
      [org_id, proposal_id, meta, session.id],
    );
    if (rowCount) {
      payments.inc({ org_id });
      amounts.observe({ org_id }, session.amount_total);
    }
    return { received: true };
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(register.contentType).send(await register.metrics()),
  );
  await app.listen({ port, host: '127.0.0.1' });
}
