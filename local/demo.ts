import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { exitWith } from './command-line.ts';
import { keepBooks } from './demo-books.ts';
import { type Call, caller, print, step, untilLogged } from './demo-client.ts';
import { newOffer, type Scene } from './demo-scene.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import { withClient } from './postgres.ts';
import { reconcile } from './reconcile.ts';
import { seedEmail, seedPassword } from './seed.ts';
import { startStack } from './stack.ts';
import { claimPort } from './worker.ts';

// `npm run demo`: plays the main job and what can go wrong with it, from the login to the metrics, over HTTP. It uses an
// empty database and free ports. The Worker runs in live mode against a stand-in for Stripe, which signs its webhooks.

const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;

async function demo(): Promise<void> {
  process.exitCode = 1; // until the demo has finished
  const folder = mkdtempSync(join(tmpdir(), 'portal-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  print('Starting Postgres with migrations and seed data, the Worker and a stand-in for Stripe …');
  const stack = await startStack({
    folder,
    port: await claimPort(),
    bindings: { JWT_SECRET: randomBytes(32).toString('hex') },
    quiet: true,
    stripe: { port: 0, secretKey: `sk_test_${randomBytes(16).toString('hex')}`, webhookSecret },
  });
  try {
    const { worker, stripe, postgres } = stack;
    if (!stripe) throw new Error('There is no stand-in for Stripe.');
    const call = caller(worker.url);
    const { mailbox } = stack.mailbox;
    const scene = { url: worker.url, call, stripe, staff: await signIn(call), mailbox };
    await mainJob(scene);
    await moneyGoingBack(scene);
    await delayedMethod(scene);
    await blockedWebhook(scene);
    await voiding(scene);
    await balance(scene);
    await besideStripe(scene);
    await runningOut(scene, postgres.url);
    await keepBooks(scene, stack.intuit, postgres.url);
    await compareSums(scene, postgres.url);
    await compareMail(mailbox, postgres.url);
  } finally {
    await stack.stop();
  }
  print('\nThe main job works: approved, paid once, logged, counted.');
  process.exitCode = 0;
}

async function signIn(call: Call): Promise<string> {
  step('Staff sign in');
  const login = await call('POST', '/auth/login', { json: { email: seedEmail, password: seedPassword } });
  assert.equal(login.status, 200);
  return login.body.access_token;
}

async function mainJob({ url, call, stripe, staff }: Scene): Promise<void> {
  step('Staff send proposal 8 to its customer, as a link with a token in its fragment');
  const sent = await call('POST', '/proposals/8/send', { token: staff });
  assert.equal(sent.status, 200);
  const customer = sent.body.portal_url.split('#token=')[1];

  step('The customer opens the link');
  const opened = await call('GET', '/proposals/8', { token: customer });
  await call('POST', '/proposals/8/view', { token: customer });
  assert.deepEqual(
    [opened.status, opened.body.status, opened.body.total_cents, opened.body.deposit_cents],
    [200, 'sent', 690_000, 207_000],
  );

  step('… and approves the proposal');
  const approval = { name: 'Grace Hopper', version: opened.body.version };
  const approved = await call('POST', '/proposals/8/approve', { token: customer, json: approval });
  assert.deepEqual([approved.status, approved.body.status], [200, 'approved']);

  step('… and clicks "pay" twice, for the deposit of 30 % of $6,900.00: both get the same session');
  const click = () => call('POST', '/payments/checkout_session?proposal_id=8', { token: customer });
  const [checkout, again] = await Promise.all([click(), click()]);
  assert.deepEqual([checkout.status, checkout.body.deposit_cents], [200, 207_000]);
  assert.deepEqual(again.body, checkout.body);
  const sessionId = checkout.body.session_id;

  step("The card is declined on Stripe's page: nothing is paid, and the session stays open");
  stripe.account.decline(sessionId);
  const declined = await call('GET', `/payments/sessions/${sessionId}`, { token: customer });
  assert.deepEqual([declined.status, declined.body.status], [200, 'open']);

  step('A forged webhook is refused');
  const body = JSON.stringify({ id: 'evt_forged', type: 'checkout.session.completed' });
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: 'whsec_not_the_secret',
  });
  const forged = await call('POST', '/payments/webhook', { body, signature });
  assert.deepEqual([forged.status, forged.body.code], [400, 'invalid_signature']);

  step('The customer pays with another card, and Stripe sends the webhook');
  stripe.account.pay(sessionId);
  await untilLogged(url, staff, 8, ['payment_success by stripe', 'checkout_created by customer']);

  step('… and sends it again, as Stripe sometimes does: nothing changes');
  const event = JSON.stringify(
    stripe.account.events.find(({ type }) => type === 'checkout.session.completed'),
  );
  const header = Stripe.webhooks.generateTestHeaderString({ payload: event, secret: webhookSecret });
  const retold = await call('POST', '/payments/webhook', { body: event, signature: header });
  assert.deepEqual([retold.status, retold.body], [200, { received: true }]);

  step('The log holds the whole story, with the payment once');
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
}

async function moneyGoingBack({ url, stripe, staff }: Scene): Promise<void> {
  const [intent] = [...stripe.account.intents.values()];
  assert.ok(intent);
  step('$500.00 is refunded: the log gets a new entry, and the payment stays as it was');
  stripe.account.refund(intent.id, 50_000);
  await untilLogged(url, staff, 8, ['payment_refunded by stripe']);

  step('The customer disputes the payment, and the bank decides for us');
  const dispute = stripe.account.openDispute(intent.id);
  await untilLogged(url, staff, 8, ['dispute_opened by stripe']);
  stripe.account.closeDispute(dispute.id, 'won');
  await untilLogged(url, staff, 8, ['dispute_closed by stripe', 'dispute_opened by stripe']);
}

async function delayedMethod({ url, call, stripe, staff }: Scene): Promise<void> {
  step('Proposal 7 is paid by bank debit, which takes days');
  const route = '/payments/checkout_session?proposal_id=7';
  const checkout = await call('POST', route, { token: staff });
  stripe.account.payLater(checkout.body.session_id);
  await untilLogged(url, staff, 7, ['payment_pending by stripe']);

  step('Meanwhile a second payment cannot be started');
  const second = await call('POST', route, { token: staff });
  assert.deepEqual([second.status, second.body.code], [409, 'payment_pending']);

  step('The bank pays');
  stripe.account.settleLater(checkout.body.session_id, 'succeeded');
  await untilLogged(url, staff, 7, ['payment_success by stripe', 'payment_pending by stripe']);
}

async function blockedWebhook({ url, call, stripe, staff }: Scene): Promise<void> {
  step('Webhooks stop arriving, and three customers pay');
  const { endpoint } = stripe.deliveries;
  assert.ok(endpoint);
  stripe.deliveries.endpoint = { ...endpoint, blocked: true };
  const paid: { id: number; sessionId: string }[] = [];
  for (const title of ['A fence', 'A gate', 'A shed']) {
    const { id, sessionId } = await newCheckout(call, staff, title);
    stripe.account.pay(sessionId);
    paid.push({ id, sessionId });
  }

  step('One of them returns to the portal: the API asks Stripe and records the payment');
  const [first, ...others] = paid;
  const settled = await call('GET', `/payments/sessions/${first?.sessionId}`, { token: staff });
  assert.deepEqual([settled.status, settled.body.status], [200, 'paid']);

  step('The reconciler records the other two');
  await reconcile(url);
  for (const { id } of others) await untilLogged(url, staff, id, ['payment_success by reconciler']);
  stripe.deliveries.endpoint = endpoint;
}

async function voiding({ call, stripe, staff }: Scene): Promise<void> {
  step('A proposal is voided while its checkout is open: the session is closed');
  const { id, sessionId } = await newCheckout(call, staff, 'A pond');
  const voided = await call('POST', `/proposals/${id}/void`, { token: staff });
  assert.deepEqual([voided.status, voided.body.status], [200, 'void']);
  assert.equal(stripe.account.session(sessionId).status, 'expired');
}

async function balance({ url, call, stripe, staff }: Scene): Promise<void> {
  step('Staff agree on a fixed deposit of $400.00; the customer pays it by their link');
  const { id, link } = await newOffer(call, staff, 'A terrace', { deposit: { amount_cents: 40_000 } });
  await call('POST', `/proposals/${id}/approve`, {
    token: link,
    json: { name: 'Edsger Dijkstra', version: 1 },
  });
  const pay = async () => {
    const { body } = await call('POST', `/payments/checkout_session?proposal_id=${id}`, { token: link });
    stripe.account.pay(body.session_id);
    await untilLogged(url, staff, id, ['payment_success by stripe', 'checkout_created by customer']);
    return body;
  };
  assert.equal((await pay()).amount_cents, 40_000);

  step('The balance is not due yet: it cannot be paid');
  const early = await call('POST', `/payments/checkout_session?proposal_id=${id}`, { token: link });
  assert.deepEqual([early.status, early.body.code], [409, 'already_paid']);

  step('Weeks later staff ask for it, and the customer pays it by the same link');
  const asked = await call('POST', `/proposals/${id}/requests`, { token: staff, json: { key: 'balance' } });
  assert.deepEqual([asked.status, asked.body.due_cents], [200, 60_000]);
  assert.equal((await pay()).amount_cents, 60_000);
  const paid = await call('GET', `/proposals/${id}`, { token: link });
  assert.deepEqual([paid.body.status, paid.body.remaining_cents], ['paid', 0]);

  step('An admin refunds $250.00 of the balance; the answer is lost, and sent again it is refunded once');
  stripe.api.faults.push({ on: 'POST /v1/refunds', kind: 'lost', times: 2 });
  const [, { payment_id: sessionId }] = paid.body.payments;
  const json = { session_id: sessionId, amount_cents: 25_000, reason: 'One bench less' };
  const refund = () => call('POST', `/proposals/${id}/refunds`, { token: staff, json, key: 'demo-refund' });
  assert.equal((await refund()).status, 502);
  const refunded = await refund();
  assert.deepEqual([refunded.status, refunded.body.held_cents], [201, 75_000]);
  const made = [...stripe.account.refunds.values()].filter(({ amount }) => amount === 25_000);
  assert.equal(made.length, 1);
}

async function besideStripe({ call, staff }: Scene): Promise<void> {
  step('A customer pays by bank transfer: staff record it, and it is held like any other money');
  const { id, link } = await newOffer(call, staff, 'A pergola', {});
  await call('POST', `/proposals/${id}/approve`, {
    token: link,
    json: { name: 'Edsger Dijkstra', version: 1 },
  });
  const receivedOn = new Date().toISOString().slice(0, 10);
  const json = {
    method: 'bank_transfer',
    amount_cents: 100_000,
    received_on: receivedOn,
    reference: 'RF18 5390',
  };
  const recorded = await call('POST', `/proposals/${id}/payments`, { token: staff, json });
  assert.deepEqual([recorded.status, recorded.body.status], [201, 'paid']);
}

async function runningOut({ call, staff, mailbox }: Scene, postgresUrl: string): Promise<void> {
  step('An offer runs out: it can be read, and neither approved nor paid');
  const { id, link } = await newOffer(call, staff, 'A sauna', {});
  // Its link is mailed while it is valid; then its last day passes.
  const giveUpAt = Date.now() + 20_000;
  while (!mailbox.messages.some(({ proposal_id: about }) => about === id)) {
    assert.ok(Date.now() < giveUpAt, 'The link was not mailed.');
    await sleep(100);
  }
  await withClient(postgresUrl, (client) =>
    client.query('update proposals set valid_until = current_date - 2 where id = $1', [id]),
  );
  const opened = await call('GET', `/proposals/${id}`, { token: link });
  assert.deepEqual([opened.body.expired, opened.body.due_cents], [true, 0]);
  const approval = { name: 'Edsger Dijkstra', version: 1 };
  const late = await call('POST', `/proposals/${id}/approve`, { token: link, json: approval });
  assert.deepEqual([late.status, late.body.code], [409, 'proposal_expired']);
}

async function newCheckout(call: Call, token: string, title: string) {
  const json = {
    title,
    customer_name: 'Edsger Dijkstra',
    customer_email: 'delivered+edsger@resend.dev',
    line_items: [{ description: title, quantity: 1, unit_price_cents: 100_000 }],
  };
  const { id } = (await call('POST', '/proposals', { token, json })).body;
  const approval = { name: 'Edsger Dijkstra', version: 1 };
  await call('POST', `/proposals/${id}/approve`, { token, json: approval });
  const { body } = await call('POST', `/payments/checkout_session?proposal_id=${id}`, { token });
  return { id: id as number, sessionId: body.session_id as string };
}

async function compareSums({ call, stripe, staff }: Scene, postgresUrl: string): Promise<void> {
  step('What Stripe and the bank hold equals the log, the standing of all proposals, and the metrics');
  const { text } = await call('GET', '/metrics');
  const { rows } = await withClient(postgresUrl, (client) =>
    client.query(
      `select event, count(*)::int, sum((meta->>'amount_cents')::bigint)::int as cents
      from portal_activity_log where org_id = 1 and event = any($1) group by event`,
      [['payment_success', 'payment_refunded', 'payment_recorded']],
    ),
  );
  const logged = Object.fromEntries(rows.map((row) => [row.event, row]));
  const sample = (name: string) => Number(new RegExp(`^${name}{org_id="1"} (.*)$`, 'm').exec(text)?.[1]);
  const sums = [...stripe.account.sessions.values()].filter((session) => session.payment_status === 'paid');
  const took = sums.reduce((sum, session) => sum + session.amount_total, 0);
  const refunds = [...stripe.account.refunds.values()];
  const gaveBack = refunds.reduce((sum, { amount }) => sum + amount, 0);
  const transferred = 100_000;
  const { data } = (await call('GET', '/proposals', { token: staff })).body;
  const held = data.reduce((sum: number, { held_cents: cents }: { held_cents: number }) => sum + cents, 0);
  const [paid, refunded, recorded] = [
    logged.payment_success,
    logged.payment_refunded,
    logged.payment_recorded,
  ];
  const [paidCents, refundedCents] = ['payment', 'refund'].map((of) =>
    sample(`crm_portal_${of}_amount_cents_sum`),
  );
  const offlineCents = sample('crm_portal_offline_payment_amount_cents_sum');
  const counted = (paidCents ?? 0) - (refundedCents ?? 0) + offlineCents;
  const table = [
    ['payments', sums.length, paid?.count, '', sample('crm_portal_payments_total')],
    ['… cents', took, paid?.cents, '', paidCents],
    ['refunds', refunds.length, refunded?.count, '', sample('crm_portal_refunds_total')],
    ['… cents', gaveBack, refunded?.cents, '', refundedCents],
    ['transfers', transferred, recorded?.cents, '', offlineCents],
    ['held', took - gaveBack + transferred, paid.cents - refunded.cents + recorded.cents, held, counted],
  ] as const;
  print(
    `\n${['', 'Stripe, bank', 'the log', 'standing', '/metrics'].map((head) => head.padStart(14)).join('')}`,
  );
  for (const row of table) {
    print(row.map((cell) => String(cell).padStart(14)).join(''));
    const [, truth, ...others] = row;
    for (const other of others) if (other !== '') assert.equal(other, truth);
  }
}

/** Each mail that the story owes is in the mailbox, once. */
async function compareMail(mailbox: Mailbox, postgresUrl: string): Promise<void> {
  step('Each mail that the story owes by now has been sent, once, unless it was not true any more');
  const sql = `select kind, (count(*) filter (where state = 'sent'))::int as sent,
      (count(*) filter (where state = 'stale'))::int as stale,
      (count(*) filter (where ended_at is null and due_at <= now()))::int as waiting,
      (count(*) filter (where ended_at is null and due_at > now()))::int as planned
    from outbox where channel = 'mail' and state <> 'expanded' group by kind order by kind`;
  const read = () => withClient(postgresUrl, async (client) => (await client.query(sql)).rows);
  const giveUpAt = Date.now() + 20_000;
  let rows = await read();
  while (rows.some(({ waiting }) => waiting > 0) && Date.now() < giveUpAt) {
    await sleep(200);
    rows = await read();
  }
  for (const { to, subject } of mailbox.messages) print(`   to ${to}: ${subject}`);
  const heads = ['', 'outbox: sent', 'mailbox', 'stale', 'planned'];
  const line = (cells: readonly unknown[]) => print(cells.map((cell) => String(cell).padStart(14)).join(''));
  print('');
  line(heads);
  for (const { kind, sent, stale, waiting, planned } of rows) {
    const came = mailbox.messages.filter((message) => message.kind === kind).length;
    line([kind, sent, came, stale, planned]);
    assert.deepEqual([came, waiting], [sent, 0], kind);
  }
  const sent = rows.filter((row) => row.sent > 0).map(({ kind }) => kind);
  for (const kind of ['link', 'notice', 'receipt', 'refund']) {
    assert.ok(sent.includes(kind), `No ${kind} was mailed.`);
  }
}

await demo().catch((error) => {
  if (error instanceof assert.AssertionError) print('\nThe demo expected something else:');
  exitWith(error);
});
