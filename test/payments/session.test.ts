import { createExecutionContext } from 'cloudflare:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { call } from '../support/api.ts';
import { stripeAccount, type TestStripe, withCheckout } from '../support/stripe-account.ts';
import { bindings, createOrg, createProposal, eventsOf } from '../support/world.ts';

// The customer returns from Stripe's page before any webhook.

afterEach(() => vi.restoreAllMocks());

const look = (stripe: TestStripe, sessionId: string, token: string) =>
  call(`GET /payments/sessions/${sessionId}`, { token, bindings: stripe.bindings });

describe('a customer who returns from Stripe', () => {
  test('after paying sees paid, and it is recorded once, whenever the webhook comes', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/pay`);
    const answers = await Promise.all([1, 2, 3].map(() => look(stripe, sessionId, proposal.token)));
    for (const { status, json } of answers) {
      expect([status, json]).toEqual([
        200,
        {
          session_id: sessionId,
          proposal_id: proposal.id,
          proposal_status: 'deposit_paid',
          status: 'paid',
          payment_status: 'paid',
          deposit_cents: 472_500,
          total_cents: 1_575_000,
          amount_cents: 472_500,
          currency: 'usd',
        },
      ]);
    }
    const [completed] = await stripe.events();
    await stripe.deliver(completed ?? {});
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
  });

  test.each([
    ['nothing', [], 'open', ['checkout_created']],
    ['a declined card', ['decline'], 'open', ['checkout_created']],
    ['a delayed method', ['later'], 'pending', ['checkout_created', 'payment_pending']],
    ['one that failed', ['later', 'fail'], 'failed', ['checkout_created', 'payment_failed']],
    ['one that succeeded', ['later', 'succeed'], 'paid', ['checkout_created', 'payment_success']],
    ['an expired session', ['expire'], 'expired', ['checkout_created', 'checkout_expired']],
  ])('after %s sees the session as it stands', async (_, happened, status, expected) => {
    const { stripe, org, proposal, sessionId } = await withCheckout();
    for (const what of happened) await stripe.control(`sessions/${sessionId}/${what}`);
    for (const token of [proposal.token, org.token]) {
      expect(await look(stripe, sessionId, token)).toMatchObject({ status: 200, json: { status } });
    }
    expect(await eventsOf(proposal.id)).toEqual(['approve', ...expected]);
  });

  test('in many tabs at once asks Stripe once, and each sees the answer; later Stripe is asked again', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    const asked = async () => (await stripe.requests()).filter(({ method }) => method === 'GET').length;
    const live = { ...bindings, ...stripe.bindings };
    const headers = { authorization: `Bearer ${proposal.token}` };
    const real = globalThis.fetch;
    const slow = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      if (String(input).includes('/v1/checkout')) await new Promise((resolve) => setTimeout(resolve, 1_000));
      return real(input, init);
    });
    const request = () => new Request(`https://api.test/payments/sessions/${sessionId}`, { headers });
    const polls = Array.from({ length: 20 }, () => app.fetch(request(), live, createExecutionContext()));
    const answers = await Promise.all(polls.map(async (poll) => (await (await poll).json()) as object));
    expect(answers).toHaveLength(20);
    for (const answer of answers) expect(answer).toMatchObject({ status: 'open' });
    expect(await asked()).toBe(1);
    slow.mockRestore();
    await app.fetch(request(), live, createExecutionContext());
    expect(await asked()).toBe(2);
  });

  test('costs no call to Stripe where the log knows the end', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/pay`);
    await look(stripe, sessionId, proposal.token);
    const before = (await stripe.requests()).length;
    expect((await look(stripe, sessionId, proposal.token)).json.status).toBe('paid');
    expect(await stripe.requests()).toHaveLength(before);
  });

  test('is asked to try again while Stripe is down', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.fault('GET /v1/checkout', 'error', 9);
    const answer = await look(stripe, sessionId, proposal.token);
    expect(answer).toMatchObject({ status: 502, json: { code: 'stripe_failed' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  });

  test('sees what the log knows of a session of another key', async () => {
    const { proposal, sessionId } = await withCheckout();
    const answer = await look(stripeAccount(), sessionId, proposal.token);
    expect(answer.json.status).toBe('open');
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  });
});

test('in dev mode a simulated session stands as the log says', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const checkout = await call('POST /payments/checkout_session', {
    token: proposal.token,
    json: { proposal_id: proposal.id },
  });
  const route = `GET /payments/sessions/${checkout.json.session_id}`;
  expect((await call(route, { token: proposal.token })).json.status).toBe('open');
});

test.each([
  ['unknown', 'cs_test_nobody_knows', 404, 'session_not_found'],
  ['no session id', 'pi_123', 400, 'invalid_request'],
  ['hostile', "cs_'%20or%201=1", 400, 'invalid_request'],
])('an id that is %s is refused', async (_, id, status, code) => {
  const { token } = await createOrg();
  expect(await call(`GET /payments/sessions/${id}`, { token })).toMatchObject({ status, json: { code } });
});

test("another org's session, and another proposal's, do not exist", async () => {
  const { stripe, org, sessionId } = await withCheckout();
  const neighbour = await createProposal(org.id);
  const stranger = await createOrg();
  for (const token of [neighbour.token, stranger.token]) {
    const answer = await look(stripe, sessionId, token);
    expect(answer).toMatchObject({ status: 404, json: { code: 'session_not_found' } });
  }
});
