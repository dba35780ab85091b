import { createExecutionContext, runInDurableObject } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { expect, inject, test, vi } from 'vitest';
import { app } from '../src/app.ts';
import { hashPassword } from '../src/auth/password.ts';
import type { Bindings } from '../src/config.ts';
import { Courier } from '../src/couriers/courier.ts';
import { channels, outbox } from '../src/db/schema.ts';
import type { Result } from '../src/log/command.ts';
import { call } from './support/api.ts';
import { countRequests, countShardCalls } from './support/faults.ts';
import { createMailingOrg, owedOf } from './support/mail.ts';
import { stripeAccount } from './support/stripe-account.ts';
import { bindings, createOrg, createProposal, db, eventsOf, paidEvent, settlement } from './support/world.ts';

// Counts what a request costs: requests to the database and to Stripe, and calls to a shard.

async function costOf(route: string, options: Parameters<typeof call>[1] = {}) {
  const shards = countShardCalls();
  const { result, database, elsewhere } = await countRequests(() =>
    call(route, { ...options, bindings: { ...options.bindings, ...shards.bindings } }),
  );
  expect(result.status).toBeLessThan(300);
  return { database, stripe: elsewhere, shard: shards.counter.calls };
}

test('a webhook is one call to the shard, which makes two requests', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const event = paidEvent(proposal);
  expect(await costOf('POST /payments/webhook', { json: event })).toEqual({
    database: 2,
    stripe: 0,
    shard: 1,
  });
  expect(await costOf('POST /payments/webhook', { json: event })).toEqual({
    database: 2,
    stripe: 0,
    shard: 1,
  });
});

test('what a webhook owes adds no call and no request, also while couriers do not answer', async () => {
  // With MAIL=hangs it is a mock already, which earlier tests have called: this one waits for its own poke, or that would come
  // after the restore, and have the courier ask the database a second later, while another test counts.
  const poke = vi
    .spyOn(Courier.prototype, 'poke')
    .mockClear()
    .mockReturnValue(new Promise(() => {}));
  const org = await createMailingOrg();
  const since = new Date(0);
  await db.insert(channels).values({ orgId: org.id, channel: 'books', since }).onConflictDoNothing();
  const proposal = await createProposal(org.id);
  const cost = await costOf('POST /payments/webhook', { json: paidEvent(proposal) });
  expect(cost).toEqual({ database: 2, stripe: 0, shard: 1 });
  expect((await owedOf(proposal.id)).map(({ kind }) => kind)).toEqual(['booking', 'notice', 'receipt']);
  await vi.waitFor(() => expect(poke).toHaveBeenCalled(), { timeout: 5_000 });
  poke.mockRestore();
  await db.delete(outbox).where(eq(outbox.proposalId, proposal.id)); // so that no other test's cron wakes a courier
});

test('webhooks at once share their calls to a shard, and the call its requests', async () => {
  const org = await createOrg();
  const proposals = await Promise.all(Array.from({ length: 24 }, () => createProposal(org.id)));
  const shards = countShardCalls();
  const sharing = { ...bindings, ...shards.bindings, LOG_SHARDS: '4' } as Bindings;
  const post = async (proposal: (typeof proposals)[number]) => {
    const body = JSON.stringify(paidEvent(proposal));
    const request = new Request('https://api.test/payments/webhook', { method: 'POST', body });
    return (await app.fetch(request, sharing, createExecutionContext())).status;
  };
  const { result, database } = await countRequests(() => Promise.all(proposals.map(post)));
  expect(result).toEqual(proposals.map(() => 200));
  expect(shards.counter.calls).toBeLessThanOrEqual(3 * 4); // to each shard: the first's, one beside it, and one for the others
  expect(database).toBe(2 * shards.counter.calls);
  for (const { id } of proposals) expect(await eventsOf(id)).toEqual(['approve', 'payment_success']);
});

test('an answer to a webhook is small, however long the history', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const brief = Array.from({ length: 50 }, () => ({ ...settlement(proposal), brief: true }));
  const results: readonly Result[] = await shard.executeAll(brief);
  for (const result of results) expect(JSON.stringify(result).length).toBeLessThan(100);
});

test('a webhook of a refund adds one read, since it names only the payment', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const paid = paidEvent(proposal);
  await call('POST /payments/webhook', { json: paid });
  const { payment_intent } = paid.data.object;
  const object = { id: 're_1', amount: 5, currency: 'usd', status: 'succeeded', payment_intent };
  const json = { id: `evt_of_${paid.id}`, type: 'refund.created', data: { object } };
  expect(await costOf('POST /payments/webhook', { json })).toEqual({ database: 3, stripe: 0, shard: 1 });
});

test('an ignored event makes no request; many are counted in one call', async () => {
  const json = { id: 'evt_nothing', type: 'payment_intent.created', data: { object: {} } };
  expect(await costOf('POST /payments/webhook', { json })).toEqual({ database: 0, stripe: 0, shard: 1 });
});

test('a return from Stripe is one read; before the webhook has come, it also asks Stripe and the shard', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const stripe = stripeAccount();
  const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  await stripe.control(`sessions/${json.session_id}/pay`);
  const route = `GET /payments/sessions/${json.session_id}`;
  const options = { token: proposal.token, bindings: stripe.bindings };
  expect(await costOf(route, options)).toEqual({ database: 3, stripe: 1, shard: 1 });
  expect(await costOf(route, options)).toEqual({ database: 1, stripe: 0, shard: 0 });
});

test('an approval is one call to the shard', async () => {
  const proposal = await createProposal((await createOrg()).id, 'draft');
  const options = { token: proposal.token, json: { name: 'Ada', version: 1 } };
  const route = `POST /proposals/${proposal.id}/approve`;
  expect(await costOf(route, options)).toEqual({ database: 2, stripe: 0, shard: 1 });
});

test('a checkout adds one read and one call to Stripe; a second click is the read and the call', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const { bindings: live } = stripeAccount();
  const options = { token: proposal.token, json: { proposal_id: proposal.id }, bindings: live };
  const route = 'POST /payments/checkout_session';
  expect(await costOf(route, options)).toEqual({ database: 3, stripe: 1, shard: 1 });
  expect(await costOf(route, options)).toEqual({ database: 1, stripe: 1, shard: 0 });
});

test('every read is one request, and a login two: its audit entry is written after the answer', async () => {
  const org = await createOrg({ passwordHash: await hashPassword('right') });
  const proposal = await createProposal(org.id);
  const read = { database: 1, stripe: 0, shard: 0 };
  const json = { email: org.email, password: 'right' };
  expect(await costOf('POST /auth/login', { json })).toEqual({ ...read, database: 2 });
  const lists = ['/auth/me', '/leads', '/proposals', '/reports/numbers', '/reports/attention'];
  const routes = [...lists, `/proposals/${proposal.id}`, `/proposals/${proposal.id}/activity`];
  for (const path of routes) expect(await costOf(`GET ${path}`, { token: org.token })).toEqual(read);
});

test('a session is refreshed, listed and ended in one request each, and begun in two', async () => {
  const org = await createOrg({ passwordHash: await hashPassword('right') });
  const one = { database: 1, stripe: 0, shard: 0 };
  const headers = { origin: 'http://localhost:5173' };
  const json = { email: org.email, password: 'right' };
  expect(await costOf('POST /auth/sessions', { json, headers })).toEqual({ ...one, database: 2 });
  const begun = await call('POST /auth/sessions', { json, headers });
  const [cookie = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
  expect(await costOf('POST /auth/refresh', { headers: { ...headers, cookie } })).toEqual(one);
  const token = begun.json.access_token as string;
  for (const path of ['/auth/me', '/auth/sessions', '/proposals']) {
    expect(await costOf(`GET ${path}`, { token })).toEqual(one);
  }
  const words = { current_password: 'right', new_password: 'another horse battery staple' };
  expect(await costOf('POST /auth/password', { token: org.token, json: words })).toEqual({
    ...one,
    database: 2,
  });
  expect(await costOf('POST /auth/logout', { headers: { ...headers, cookie } })).toEqual(one);
});

test.each([1, 64, 256])(
  'a group of %i commands is two requests, each of one statement, but for what is owed',
  async (size) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
    const commands = Array.from({ length: size }, () => settlement(proposal));
    const { database, statements } = await countRequests(() =>
      runInDurableObject(shard, (instance) => instance.executeAll(commands)),
    );
    // Where mail is on, what is owed goes with the append.
    expect([database, statements]).toEqual([2, inject('mailHangs') ? 3 : 2]);
    const payments = (await eventsOf(proposal.id)).filter((event) => event === 'payment_success');
    expect(payments).toHaveLength(size);
  },
);
