import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { proposals } from '../../src/db/schema.ts';
import { type Answer, call } from '../support/api.ts';
import { isAppend, onDatabase } from '../support/faults.ts';
import { stripeAccount } from '../support/stripe-account.ts';
import {
  bindings,
  createOrg,
  createProposal,
  db,
  entriesOf,
  eventsOf,
  paidEvent,
  rowCounts,
  tokens,
} from '../support/world.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const checkout = (input: object, token: string, overrides: object = {}): Promise<Answer> =>
  call('POST /payments/checkout_session', { token, json: input, bindings: overrides });

describe('in dev mode', () => {
  test('a checkout is simulated, and logged with what was agreed', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const seconds = Math.floor(Date.now() / 1000);
    const route = `POST /payments/checkout_session?proposal_id=${proposal.id}&amount_dollars=15750`;
    const answer = await call(route, { token: org.token });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      checkout_url: `http://localhost:5173/proposal/${proposal.id}?mock_payment=true`,
      session_id: expect.stringMatching(new RegExp(`^cs_test_mock_${proposal.id}_\\d+$`)),
      deposit_cents: 472_500,
      total_cents: 1_575_000,
      amount_cents: 472_500,
      dev_mode: true,
    });
    expect(Number(answer.json.session_id.split('_').at(-1)) - seconds).toBeLessThanOrEqual(2);

    const [, entry] = await entriesOf(proposal.id);
    expect(entry).toMatchObject({ seq: 2, event: 'checkout_created', actor: 'staff' });
    expect(entry?.meta).toEqual({
      session_id: answer.json.session_id,
      deposit_cents: 472_500,
      total_cents: 1_575_000,
      amount_cents: 472_500,
      currency: 'usd',
      version: 1,
      expires_at: expect.any(String),
      url: answer.json.checkout_url,
      dev_mode: true,
      user_id: org.actor.userId,
    });
  });

  test('a second click and two tabs at once get the same session and one entry', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const click = () => checkout({ proposal_id: proposal.id }, proposal.token);
    const answers = [...(await Promise.all([click(), click(), click()])), await click()];
    expect(new Set(answers.map(({ json }) => json.session_id)).size).toBe(1);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  });

  test("the org's own percent goes before the default", async () => {
    const org = await createOrg({ depositPercent: 50 });
    const proposal = await createProposal(org.id);
    const answer = await checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer.json.deposit_cents).toBe(787_500);
  });

  test.each(['staff', 'a customer'])('%s may only confirm the total that was approved', async (who) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const token = who === 'staff' ? org.token : proposal.token;
    for (const amount_dollars of ['15749.99', '999999.99', '1.00', '0.49']) {
      const wrong = await checkout({ proposal_id: proposal.id, amount_dollars }, token);
      expect(wrong).toMatchObject({ status: 409, json: { code: 'amount_mismatch' } });
    }
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
    const right = await checkout({ proposal_id: proposal.id, amount_dollars: '15750.00' }, token);
    expect(right.json).toMatchObject({ total_cents: 1_575_000, deposit_cents: 472_500 });
  });

  test("staff's checkout names the user", async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await checkout({ proposal_id: proposal.id }, org.token);
    const [, entry] = await entriesOf(proposal.id);
    expect(entry).toMatchObject({ actor: 'staff', meta: { user_id: org.actor.userId } });
  });
});

describe('a checkout refuses and changes nothing for:', () => {
  test.each([
    ['no proposal_id', {}, 'invalid_proposal_id'],
    ['a negative one', { proposal_id: -7 }, 'invalid_proposal_id'],
    ['2^63', { proposal_id: '9223372036854775808' }, 'invalid_proposal_id'],
    ['text', { proposal_id: 'seven' }, 'invalid_proposal_id'],
    ['a fraction', { proposal_id: 7.5 }, 'invalid_proposal_id'],
    ['a list', { proposal_id: [7] }, 'invalid_proposal_id'],
    ['a negative amount', { proposal_id: 7, amount_dollars: -1 }, 'invalid_amount'],
    ['no amount at all', { proposal_id: 7, amount_dollars: 0 }, 'invalid_amount'],
    ['NaN', { proposal_id: 7, amount_dollars: 'NaN' }, 'invalid_amount'],
    ['1e309', { proposal_id: 7, amount_dollars: '1e309' }, 'invalid_amount'],
    ['four decimals', { proposal_id: 7, amount_dollars: '15750.0001' }, 'invalid_amount'],
    ['more than twelve digits', { proposal_id: 7, amount_dollars: '1000000000000' }, 'invalid_amount'],
  ])('%s', async (_, input, code) => {
    const { token } = await createOrg();
    const before = await rowCounts();
    expect(await checkout(input, token)).toMatchObject({ status: 400, json: { code } });
    const query = new URLSearchParams(Object.entries(input).map(([name, value]) => [name, String(value)]));
    const asQuery = await call(`POST /payments/checkout_session?${query}`, { token });
    // A list and a single value are the same text in a query.
    if (!Array.isArray(Object.values(input)[0]))
      expect(asQuery).toMatchObject({ status: 400, json: { code } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([['more decimals than the currency has', '15750.001']])('%s', async (_, amount_dollars) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const answer = await checkout({ proposal_id: proposal.id, amount_dollars }, org.token);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_amount' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });

  test('1e309 as a JSON number, which JavaScript reads as Infinity', async () => {
    const { token } = await createOrg();
    const headers = { 'content-type': 'application/json' };
    const body = '{"proposal_id": 7, "amount_dollars": 1e309}';
    const answer = await call('POST /payments/checkout_session', { token, headers, body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_amount' } });
  });

  test("an unknown proposal and another org's, alike", async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const foreign = await createProposal(other.id);
    const before = await rowCounts();
    const answers = await Promise.all([
      checkout({ proposal_id: foreign.id }, org.token),
      checkout({ proposal_id: 999_999_999 }, org.token),
    ]);
    const byAmount = await checkout({ proposal_id: foreign.id, amount_dollars: '1.005' }, org.token);
    expect(byAmount).toMatchObject({ status: 404, json: { code: 'proposal_not_found' } });
    const [theirs, none] = answers.map(({ status, json }) => ({ status, ...json, request_id: null }));
    expect(theirs).toMatchObject({ status: 404, code: 'proposal_not_found' });
    expect(none).toEqual(theirs);
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    ['draft', 'proposal_not_approved'],
    ['void', 'proposal_void'],
  ] as const)('a proposal that is %s', async (status, code) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, status);
    const before = await rowCounts();
    for (const token of [org.token, proposal.token]) {
      expect(await checkout({ proposal_id: proposal.id }, token)).toMatchObject({
        status: 409,
        json: { code },
      });
    }
    expect(await rowCounts()).toEqual(before);
  });

  test('a proposal whose deposit is paid', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    const answer = await checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer).toMatchObject({ status: 409, json: { code: 'already_paid' } });
  });

  test("a link whose org is not its proposal's", async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const proposal = await createProposal(org.id);
    const token = await tokens.signPortal(
      { kind: 'customer', proposalId: proposal.id, orgId: other.id },
      'Test',
      new Date(Date.now() + 60_000),
    );
    const answer = await checkout({ proposal_id: proposal.id }, token);
    expect(answer).toMatchObject({ status: 404, json: { code: 'proposal_not_found' } });
  });
});

describe('in live mode', () => {
  test('the request has what Stripe requires, and the session is recorded', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const stripe = stripeAccount();
    const before = Date.now();
    const answer = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      checkout_url: `${bindings.STRIPE_API_BASE}/c/pay/${answer.json.session_id}`,
      session_id: expect.stringMatching(/^cs_test_/),
      deposit_cents: 472_500,
      total_cents: 1_575_000,
      amount_cents: 472_500,
    });

    const [request, ...more] = await stripe.requests();
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: '/v1/checkout/sessions' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'stripe-version': '2026-10-28.endive',
    });
    const expiresAt = Number(new URLSearchParams(request?.body).get('expires_at'));
    expect(expiresAt * 1000 - before).toBeLessThan(24 * 3_600_000);
    expect(expiresAt * 1000 - before).toBeGreaterThan(23.8 * 3_600_000);
    expect(request?.headers['idempotency-key']).toMatch(
      new RegExp(`^[0-9a-f]{8}-checkout-${proposal.id}-v1-472500of1575000-0-${expiresAt}$`),
    );
    const metadata = (prefix: string) => ({
      [`${prefix}[portal_url]`]: 'http://localhost:5173',
      [`${prefix}[proposal_id]`]: String(proposal.id),
      [`${prefix}[org_id]`]: org.label,
      [`${prefix}[proposal_version]`]: '1',
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      mode: 'payment',
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': '472500',
      'line_items[0][price_data][product_data][name]': 'Deposit: Kitchen',
      client_reference_id: String(proposal.id),
      customer_email: 'ada@example.com',
      ...metadata('metadata'),
      ...metadata('payment_intent_data[metadata]'),
      success_url: `http://localhost:5173/proposal/${proposal.id}?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `http://localhost:5173/proposal/${proposal.id}?cancelled=true`,
      expires_at: String(expiresAt),
    });
    const [, entry] = await entriesOf(proposal.id);
    expect(entry).toMatchObject({
      event: 'checkout_created',
      meta: { dev_mode: false, session_id: answer.json.session_id },
    });
  });

  test('two tabs ask with one idempotency key; a later click gets the same session, once Stripe says it is open', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const click = () => stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    const [one, two] = await Promise.all([click(), click()]);
    const three = await click();
    expect(new Set([one, two, three].map(({ json }) => json.checkout_url)).size).toBe(1);
    const requests = await stripe.requests();
    const made = requests.filter(({ method }) => method === 'POST');
    expect(made.length).toBeLessThanOrEqual(2);
    expect(new Set(made.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(requests.at(-1)).toMatchObject({
      method: 'GET',
      path: expect.stringContaining(`/v1/checkout/sessions/${three.json.session_id}?`),
    });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  });

  test.each([
    ['fails', 'error', 502, 'stripe_failed'],
    ['limits our rate', 'limit', 503, 'stripe_rate_limited'],
    ['hangs', 'hang', 504, 'stripe_timeout'],
    ['breaks the connection', 'lost', 502, 'stripe_failed'],
  ] as const)(
    'when Stripe %s, nothing is recorded, and its words do not leak',
    async (_, kind, status, code) => {
      const proposal = await createProposal((await createOrg()).id);
      const stripe = stripeAccount();
      await stripe.fault('POST /v1/checkout/sessions', kind, 9);
      const answer = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
      expect(answer).toMatchObject({ status, json: { code } });
      expect(answer.text).not.toMatch(/ada@|Sorry/);
      expect(await eventsOf(proposal.id)).toEqual(['approve']);
    },
  );

  test('when Stripe refuses our key, nothing is recorded', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount({ STRIPE_SECRET_KEY: 'sk_nobody_knows_this_key_nobody_knows' });
    const answer = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer).toMatchObject({ status: 502, json: { code: 'stripe_failed' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });

  test('while another request with the same key is running, Stripe is asked once more', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    await stripe.fault('POST /v1/checkout/sessions', 'busy');
    expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(200);
    const keys = (await stripe.requests()).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test('a lost answer is fetched again, and is the same session', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    await stripe.fault('POST /v1/checkout/sessions', 'lost');
    const answer = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer.status).toBe(200);
    const { sessions } = await stripe.state();
    expect(sessions.map(({ id }) => id)).toEqual([answer.json.session_id]);
  });

  test('a session that expired at Stripe without a webhook is not handed out', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const first = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await stripe.control(`sessions/${first.json.session_id}/expire`);
    const second = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(second.status).toBe(200);
    expect(await stripe.session(second.json.session_id)).toMatchObject({ status: 'open' });
    expect(await eventsOf(proposal.id)).toEqual([
      'approve',
      'checkout_created',
      'checkout_expired',
      'checkout_created',
    ]);
  });

  test('a session that an earlier attempt made and that has expired is not handed out', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const lost = onDatabase(async (send, body) =>
      isAppend(body) ? new Response('{"message":"no"}', { status: 500 }) : send(),
    );
    const failed = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(failed).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
    lost.mockRestore();
    const [orphan] = (await stripe.state()).sessions;
    await stripe.control(`sessions/${orphan?.id}/expire`);
    const answer = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer.json.session_id).not.toBe(orphan?.id);
    expect(await stripe.session(answer.json.session_id)).toMatchObject({ status: 'open' });
  });

  test('no other session is created while Stripe may still take money in the last one', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const first = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await stripe.control(`sessions/${first.json.session_id}/pay`);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24.5 * 3_600_000 });
    const later = await tokens.signPortal(proposal.customer, 'Test', new Date(Date.now() + 3_600_000));
    const second = await stripe.checkout({ proposal_id: proposal.id }, later);
    vi.useRealTimers();
    expect(second).toMatchObject({ status: 409, json: { code: 'already_paid' } });
    expect((await stripe.state()).sessions).toHaveLength(1);
  });

  test('no other session is created while one of an older version can still be paid', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const stripe = stripeAccount();
    const first = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await stripe.fault('POST /v1/checkout/sessions/', 'error', 9);
    const json = { title: 'Another kitchen' };
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json, bindings: stripe.bindings });
    const approval = { name: 'Ada', version: 2 };
    await call(`POST /proposals/${proposal.id}/approve`, { token: proposal.token, json: approval });
    const again = () => stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(await again()).toMatchObject({ status: 502, json: { code: 'stripe_failed' } });
    for (let time = 0; time < 3; time += 1) await again(); // until Stripe has failed as often as planned
    expect((await again()).status).toBe(200);
    expect(await stripe.session(first.json.session_id)).toMatchObject({ status: 'expired' });
    expect((await stripe.state()).sessions.filter(({ status }) => status === 'open')).toHaveLength(1);
  });

  test('no other session is created before one of another Stripe key has expired', async () => {
    const proposal = await createProposal((await createOrg()).id);
    await stripeAccount().checkout({ proposal_id: proposal.id }, proposal.token);
    const stripe = stripeAccount();
    const early = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(early).toMatchObject({ status: 409, json: { code: 'checkout_open' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24.5 * 3_600_000 });
    const token = await tokens.signPortal(proposal.customer, 'Test', new Date(Date.now() + 3_600_000));
    await stripe.checkout({ proposal_id: proposal.id }, token);
    vi.useRealTimers();
    // The next request asks Stripe, which refuses it while its own clock is earlier.
    expect((await stripe.requests()).at(-1)).toMatchObject({ method: 'POST', path: '/v1/checkout/sessions' });
  });

  test('a request that Stripe refuses is a 422 and not worth a retry', async () => {
    const org = await createOrg({ currency: 'krw' });
    const json = {
      ...{ title: 'Kitchen', customer_name: 'Ada', customer_email: 'ada@example.com' },
      line_items: [{ description: 'Kitchen', quantity: 1, unit_price_cents: 40 }],
    };
    const { id } = (await call('POST /proposals', { token: org.token, json })).json;
    await call(`POST /proposals/${id}/approve`, { token: org.token, json: { name: 'Ada', version: 1 } });
    const answer = await stripeAccount().checkout({ proposal_id: id }, org.token);
    expect(answer).toMatchObject({ status: 422, json: { code: 'stripe_refused' } });
    expect(answer.json.detail).toContain('amount_too_small');
  });

  test('a customer whose payment we had not heard of learns of it, and does not pay twice', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const first = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await stripe.control(`sessions/${first.json.session_id}/pay`);
    const second = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(second).toMatchObject({ status: 409, json: { code: 'already_paid' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
  });

  test('while a delayed payment is processed, no other can start', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const stripe = stripeAccount();
    const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await stripe.control(`sessions/${json.session_id}/later`);
    const again = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(again).toMatchObject({ status: 409, json: { code: 'payment_pending' } });
    await stripe.control(`sessions/${json.session_id}/fail`);
    const [failed] = await stripe.events('checkout.session.async_payment_failed');
    await stripe.deliver(failed ?? {});
    expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(200);
  });

  test('the longest title and label make a name that Stripe takes', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const schedule = [{ key: 'deposit', label: 'ß'.repeat(100), percent: 100, due: 'approval' as const }];
    await db
      .update(proposals)
      .set({ title: '🍳'.repeat(200), schedule })
      .where(eq(proposals.id, proposal.id));
    const approval = { name: 'Ada Lovelace', version: 1 };
    await call(`POST /proposals/${proposal.id}/approve`, { token: proposal.token, json: approval });
    const stripe = stripeAccount();
    expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(200);
  });

  test('after a corrected address another session is made, for that address', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const stripe = stripeAccount();
    await stripe.fault('POST /v1/checkout/sessions', 'lost', 2); // the SDK tries twice
    expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(502);
    const json = { customer_email: 'right@example.com' };
    expect((await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json })).status).toBe(200);
    // With the key of the lost one, Stripe would refuse other parameters.
    expect((await stripe.checkout({ proposal_id: proposal.id }, org.token)).status).toBe(200);
    const { sessions } = await stripe.state();
    expect(sessions.map(({ customer_email: email }) => email)).toEqual([
      'ada@example.com',
      'right@example.com',
    ]);
  });

  test('a simulated session is not handed out', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await checkout({ proposal_id: proposal.id }, proposal.token);
    const answer = await stripeAccount().checkout({ proposal_id: proposal.id }, proposal.token);
    expect(answer.json.checkout_url).toContain(`${bindings.STRIPE_API_BASE}/c/pay/`);
  });

  test('a key that is too short to be real means dev mode in development only', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const short = { STRIPE_SECRET_KEY: 'sk_test_short' };
    expect((await checkout({ proposal_id: proposal.id }, org.token, short)).json.dev_mode).toBe(true);
    const production = await checkout({ proposal_id: proposal.id }, org.token, {
      ...short,
      ENVIRONMENT: 'production',
    });
    expect(production).toMatchObject({ status: 503, json: { code: 'not_configured' } });
    expect(env.ENVIRONMENT).toBe('development');
  });
});
