import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHttpServer } from '../../local/http-server.ts';
import { type StripeServer, startStripe } from '../../local/stripe/server.ts';

// The stand-in for Stripe must be as strict as Stripe where we rely on it. Called through Stripe's own SDK.

let server: StripeServer;
let keys = 0;

beforeAll(async () => {
  server = await startStripe();
});
afterAll(() => server.stop());

function newAccount() {
  keys += 1;
  const key = `sk_test_stand_in_${keys}`;
  const { hostname: host, port } = new URL(server.url);
  const stripe = new Stripe(key, { protocol: 'http', host, port, maxNetworkRetries: 0 });
  return { stripe, ...server.of(key) };
}

const params = (amount = 5_000): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [
    { quantity: 1, price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Deposit' } } },
  ],
  metadata: { proposal_id: '7' },
  success_url: 'http://localhost/back?session_id={CHECKOUT_SESSION_ID}',
});

describe('an idempotency key', () => {
  test('gets the first answer again, marked as a replay', async () => {
    const { stripe, account } = newAccount();
    const first = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'a' });
    account.pay(first.id);
    const again = await stripe.checkout.sessions.create(params(), { idempotencyKey: 'a' });
    expect(again).toEqual(first); // the first answer, not the current state
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(account.sessions.size).toBe(1);
  });

  test('gets a 500 again too', async () => {
    const { stripe, account, api } = newAccount();
    for (const kind of ['error', 'late_error'] as const) {
      api.faults.push({ on: 'POST /v1/checkout/sessions', kind, times: 1 });
      const ask = () => stripe.checkout.sessions.create(params(), { idempotencyKey: kind });
      await expect(ask()).rejects.toMatchObject({ statusCode: 500 });
      await expect(ask()).rejects.toMatchObject({ statusCode: 500 });
    }
    expect(account.sessions.size).toBe(1);
  });

  test('with other parameters is an error', async () => {
    const { stripe } = newAccount();
    await stripe.checkout.sessions.create(params(), { idempotencyKey: 'a' });
    const other = stripe.checkout.sessions.create(params(6_000), { idempotencyKey: 'a' });
    await expect(other).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
  });

  test('of a refused request can be used again', async () => {
    const { stripe } = newAccount();
    const tooSmall = stripe.checkout.sessions.create(params(49), { idempotencyKey: 'a' });
    await expect(tooSmall).rejects.toMatchObject({ code: 'amount_too_small' });
    await expect(stripe.checkout.sessions.create(params(), { idempotencyKey: 'a' })).resolves.toBeTruthy();
  });
});

describe('a session', () => {
  test('can be expired while it is open, and no more once it is paid', async () => {
    const { stripe, account } = newAccount();
    const [open, paid] = [
      await stripe.checkout.sessions.create(params()),
      await stripe.checkout.sessions.create(params()),
    ];
    account.pay(paid.id);
    expect(await stripe.checkout.sessions.expire(open.id)).toMatchObject({ status: 'expired', url: null });
    await expect(stripe.checkout.sessions.expire(paid.id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(stripe.checkout.sessions.retrieve('cs_test_none')).rejects.toMatchObject({
      code: 'resource_missing',
    });
  });

  test('expands its PaymentIntent on request', async () => {
    const { stripe, account } = newAccount();
    const { id } = await stripe.checkout.sessions.create(params());
    account.payLater(id);
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
    expect(session).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    expect(session.payment_intent).toMatchObject({ status: 'processing', amount: 5_000 });
  });

  test('is paid on its page, where another card may follow a declined one', async () => {
    const { stripe } = newAccount();
    const { id, url } = await stripe.checkout.sessions.create(params());
    const click = (action: string) =>
      fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ action }) });
    expect(await (await fetch(url ?? '')).text()).toContain('Pay $50.00');
    expect(await (await click('decline')).text()).toContain('declined');
    expect(await (await click('pay')).text()).toContain(`http://localhost/back?session_id=${id}`);
    expect(await (await click('pay')).text()).toContain('Paid');
    expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ payment_status: 'paid' });
  });
});

test('no more can be refunded than was paid', async () => {
  const { stripe, account } = newAccount();
  const { id } = await stripe.checkout.sessions.create(params());
  const payment_intent = String(account.pay(id).payment_intent);
  await stripe.refunds.create({ payment_intent, amount: 4_000 });
  const tooMuch = stripe.refunds.create({ payment_intent, amount: 1_001 });
  await expect(tooMuch).rejects.toMatchObject({ code: 'charge_already_refunded' });
  expect(await stripe.refunds.create({ payment_intent })).toMatchObject({
    amount: 1_000,
    status: 'succeeded',
  });
});

test('the list of events can be narrowed and paged through', async () => {
  const { stripe, account } = newAccount();
  for (let index = 0; index < 25; index += 1)
    account.pay((await stripe.checkout.sessions.create(params())).id);
  account.decline((await stripe.checkout.sessions.create(params())).id);
  account.delivered.add(account.events[3]?.id ?? '');
  const list = { delivery_success: false, types: ['checkout.session.completed'], limit: 10 };
  const found = await stripe.events.list(list).autoPagingToArray({ limit: 100 });
  expect(found).toHaveLength(24);
  expect(new Set(found.map(({ id }) => id)).size).toBe(24);
  const created = { gte: account.nowSeconds + 1 };
  expect((await stripe.events.list({ ...list, created })).data).toEqual([]);
});

test('webhooks are signed, and repeated until they are accepted', async () => {
  const { stripe, account, deliveries } = newAccount();
  const secret = 'whsec_stand_in_stand_in';
  const seen: string[] = [];
  const receiver = await startHttpServer(0, (request, body, response) => {
    const signature = String(request.headers['stripe-signature']);
    seen.push(stripe.webhooks.constructEvent(body, signature, secret).id);
    response.writeHead(seen.length < 3 ? 503 : 200).end();
  });
  deliveries.endpoint = { url: `http://127.0.0.1:${receiver.port}`, secret };
  account.pay((await stripe.checkout.sessions.create(params())).id);
  await expect.poll(() => account.delivered.size, { timeout: 10_000 }).toBe(1);
  expect(seen).toEqual(Array(3).fill(account.events[0]?.id));
  await receiver.stop();
});

test('a key that is not a test key is refused', async () => {
  const { hostname: host, port } = new URL(server.url);
  const stripe = new Stripe('sk_live_nobody', { protocol: 'http', host, port, maxNetworkRetries: 0 });
  await expect(stripe.events.list()).rejects.toMatchObject({ type: 'StripeAuthenticationError' });
});
