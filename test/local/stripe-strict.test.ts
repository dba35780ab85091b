import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StripeServer, startStripe } from '../../local/stripe/server.ts';

// What Stripe refuses, the stand-in refuses: a mistake of ours must not pass unseen.

let server: StripeServer;
let stripe: Stripe;

beforeAll(async () => {
  server = await startStripe();
  const { hostname: host, port } = new URL(server.url);
  stripe = new Stripe('sk_test_strict', { protocol: 'http', host, port, maxNetworkRetries: 0 });
});
afterAll(() => server.stop());

type Params = Stripe.Checkout.SessionCreateParams;

const params = (price: object = {}, more: object = {}): Params => ({
  mode: 'payment',
  line_items: [
    {
      quantity: 1,
      price_data: { currency: 'usd', unit_amount: 5_000, product_data: { name: 'Deposit' }, ...price },
    },
  ],
  success_url: 'https://portal.example',
  ...more,
});

const manyKeys = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'x']));

test.each([
  ['an unknown parameter', params({}, { colour: 'blue' }), 'parameter_unknown'],
  ['an unknown parameter of a price', params({ colour: 'blue' }), 'parameter_unknown'],
  ['an unknown currency', params({ currency: 'xxx' }), undefined],
  ['a bad address', params({}, { customer_email: 'ada@' }), 'email_invalid'],
  ['an amount of nine digits', params({ unit_amount: 100_000_000 }), 'amount_too_large'],
  ['more than 50 keys of metadata', params({}, { metadata: manyKeys }), undefined],
  ['metadata of more than 500 characters', params({}, { metadata: { key: 'x'.repeat(501) } }), undefined],
])('a session with %s is refused', async (_, wrong, code) => {
  const refused = stripe.checkout.sessions.create(wrong);
  await expect(refused).rejects.toMatchObject({ statusCode: 400, ...(code ? { code } : {}) });
});

test.each([0, 101])('a list of %i is refused', async (limit) => {
  await expect(stripe.events.list({ limit })).rejects.toMatchObject({ statusCode: 400 });
});

describe('a list is filtered', () => {
  test('sessions by PaymentIntent, events by type and time, both from either end', async () => {
    const { account } = server.of('sk_test_strict');
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push(await stripe.checkout.sessions.create(params()));
    const [first, second, third] = made.map(({ id }) => id);
    account.pay(first ?? '');
    account.pay(second ?? '');
    const intent = account.session(second ?? '').payment_intent ?? '';
    const ofIntent = await stripe.checkout.sessions.list({ payment_intent: intent });
    expect(ofIntent.data.map(({ id }) => id)).toEqual([second]);
    const newer = await stripe.checkout.sessions.list({ ending_before: first ?? '', limit: 1 });
    expect([newer.data.map(({ id }) => id), newer.has_more]).toEqual([[second], true]);
    const older = await stripe.checkout.sessions.list({ starting_after: third ?? '' });
    expect(older.data.map(({ id }) => id)).toEqual([second, first]);
    const completed = await stripe.events.list({ type: 'checkout.session.completed' });
    expect(completed.data).toHaveLength(2);
    expect((await stripe.events.list({ type: 'refund.created' })).data).toEqual([]);
    expect((await stripe.events.list({ created: { gt: account.nowSeconds } })).data).toEqual([]);
  });
});
