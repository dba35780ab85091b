import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { exitWith } from './command-line.ts';
import { seedEmail, seedPassword } from './seed.ts';
import { startStack } from './stack.ts';
import { claimPort } from './worker.ts';

// `npm run demo`: the main job from the login to the metrics, over HTTP, on an empty database and free ports. Stripe is
// played: dev mode makes the checkout, and we sign the webhook as Stripe would.

const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;
const print = (text: string) => process.stdout.write(`${text}\n`);

async function demo(): Promise<void> {
  process.exitCode = 1; // until it has played to its end
  const folder = mkdtempSync(join(tmpdir(), 'portal-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  print('Starting Postgres, the migrations, the seed data and the Worker …');
  const bindings = { JWT_SECRET: randomBytes(32).toString('hex'), STRIPE_WEBHOOK_SECRET: webhookSecret };
  const stack = await startStack({ folder, port: await claimPort(), bindings, quiet: true });
  try {
    await play(stack.worker.url);
  } finally {
    await stack.stop();
  }
  process.exitCode = 0;
}

async function play(url: string): Promise<void> {
  const call = caller(url);

  step('Staff sign in');
  const login = await call('POST', '/auth/login', { json: { email: seedEmail, password: seedPassword } });
  assert.equal(login.status, 200);
  const staff = login.body.access_token;

  step('They send proposal 8 to its customer: a link with a token in its fragment');
  const sent = await call('POST', '/proposals/8/send', { token: staff });
  assert.equal(sent.status, 200);
  const customer = sent.body.portal_url.split('#token=')[1];

  step('The customer opens the link');
  const opened = await call('GET', '/proposals/8', { token: customer });
  assert.deepEqual(
    [opened.status, opened.body.status, opened.body.total_cents, opened.body.deposit_cents],
    [200, 'sent', 690_000, 207_000],
  );

  step('… and approves what it shows');
  const approval = { name: 'Grace Hopper', version: opened.body.version };
  const approved = await call('POST', '/proposals/8/approve', { token: customer, json: approval });
  assert.deepEqual([approved.status, approved.body.status], [200, 'approved']);

  step('… and begins to pay the deposit, 30 % of $6,900.00');
  const checkout = await call('POST', '/payments/checkout_session?proposal_id=8', { token: customer });
  assert.deepEqual([checkout.status, checkout.body.deposit_cents], [200, 207_000]);

  step('A second click gets the same session');
  const again = await call('POST', '/payments/checkout_session?proposal_id=8', { token: customer });
  assert.deepEqual(again.body, checkout.body);

  const event = JSON.stringify({
    id: 'evt_demo_1',
    object: 'event',
    type: 'checkout.session.completed',
    livemode: false,
    data: {
      object: {
        id: checkout.body.session_id,
        object: 'checkout.session',
        amount_total: 207_000,
        currency: 'usd',
        payment_status: 'paid',
        payment_intent: 'pi_demo_1',
        metadata: { proposal_id: '8', org_id: '1' },
      },
    },
  });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: event, secret: webhookSecret });

  step('Somebody forges the webhook: refused');
  const forged = await call('POST', '/payments/webhook', { body: event, signature: `${signature}0` });
  assert.deepEqual([forged.status, forged.body.code], [400, 'invalid_signature']);

  step('Stripe sends it, signed');
  const told = await call('POST', '/payments/webhook', { body: event, signature });
  assert.deepEqual([told.status, told.body], [200, { received: true }]);

  step('… and once more, as it does');
  const retold = await call('POST', '/payments/webhook', { body: event, signature });
  assert.deepEqual([retold.status, retold.body], [200, { received: true }]);

  step('The log tells the story, the payment once');
  const activity = await call('GET', '/proposals/8/activity', { token: staff });
  assert.deepEqual(
    activity.body.data.map((entry: { event: string; actor: string }) => `${entry.event} by ${entry.actor}`),
    [
      'payment_success by stripe',
      'checkout_created by customer',
      'approve by customer',
      'view by customer',
      'sent by staff',
    ],
  );

  step('Prometheus scrapes what the log says');
  const metrics = await call('GET', '/metrics');
  const samples = metrics.text.split('\n');
  for (const sample of [
    'crm_portal_payments_total{org_id="1"} 1.0',
    'crm_portal_payment_amount_cents_sum{org_id="1"} 207000.0',
  ]) {
    assert.ok(samples.includes(sample), `/metrics lacks the line ${sample}`);
  }
  print('\nThe main job works: approved, paid once, logged, counted.');
}

let steps = 0;

function step(title: string): void {
  steps += 1;
  print(`\n${steps}. ${title}`);
}

type Request = { token?: string; json?: object; body?: string; signature?: string };
// biome-ignore lint/suspicious/noExplicitAny: what came back is what is checked
type Answer = { status: number; text: string; body: any };

/** Calls the API and prints what was sent and what came back. */
function caller(url: string) {
  return async (method: string, path: string, request: Request = {}): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(request.token ? { authorization: `Bearer ${request.token}` } : {}),
        ...(request.json || request.body ? { 'content-type': 'application/json' } : {}),
        ...(request.signature ? { 'stripe-signature': request.signature } : {}),
      },
      ...(method === 'POST'
        ? { body: request.body ?? (request.json ? JSON.stringify(request.json) : '') }
        : {}),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    const body = isJson ? JSON.parse(text) : undefined;
    const rows = body?.data?.map((row: object) => JSON.stringify(row)).join('\n');
    const shown = rows ?? (isJson ? JSON.stringify(body, null, 2) : text.replace(/^#.*\n/gm, '').trimEnd());
    const shortened = shown.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…');
    print(`   ${method} ${path} → ${response.status}\n${shortened.replace(/^/gm, '   ')}`);
    return { status: response.status, text, body };
  };
}

await demo().catch((error) => {
  if (error instanceof assert.AssertionError) print('\nThis is not what was expected:');
  exitWith(error);
});
