import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import worker from '../../src/index.ts';
import { call } from '../support/api.ts';
import { isAppend, onDatabase } from '../support/faults.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount, type TestStripe, withCheckout } from '../support/stripe-account.ts';
import { bindings, createOrg, createProposal, entriesOf, eventsOf, stripeEventOf } from '../support/world.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** One run of the cron trigger. */
async function reconcile(stripe: TestStripe): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController(), { ...bindings, ...stripe.bindings }, context);
  await waitOnExecutionContext(context);
}

/** Sets the Worker's clock; Stripe's is unchanged. */
function later(hours: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 });
}

describe('after a day without webhooks', () => {
  test('the reconciler records each payment once, however many runs overlap', async () => {
    const stripe = stripeAccount();
    const checkouts = [await withCheckout(stripe), await withCheckout(stripe), await withCheckout(stripe)];
    for (const { sessionId } of checkouts) await stripe.control(`sessions/${sessionId}/pay`);
    const before = await metric('crm_portal_reconciler_repairs_total');
    await Promise.all([reconcile(stripe), reconcile(stripe)]);
    await reconcile(stripe);
    for (const { org, proposal } of checkouts) {
      const entries = await entriesOf(proposal.id);
      expect(entries.map(({ event }) => event)).toEqual(['approve', 'checkout_created', 'payment_success']);
      expect(entries[2]).toMatchObject({ actor: 'reconciler' });
      expect(await metric(`crm_portal_payments_total{org_id="${org.label}"}`)).toBe(1);
    }
    expect((await metric('crm_portal_reconciler_repairs_total')) - before).toBeGreaterThanOrEqual(3);
    for (const { id } of await stripe.events()) {
      expect(await stripeEventOf(id)).toMatchObject({ outcome: 'recorded' });
    }
  });

  test('the metrics say how far it came, and when', async () => {
    const startSeconds = Math.floor(Date.now() / 1000);
    await reconcile(stripeAccount());
    for (const name of ['last_success', 'events_until']) {
      const seconds = await metric(`crm_portal_reconciler_${name}_timestamp_seconds`);
      expect(seconds).toBeGreaterThanOrEqual(startSeconds);
    }
  });
});

test('a session that expired without a webhook is recorded as expired', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await reconcile(stripe);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  later(25);
  await reconcile(stripe);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'checkout_expired']);
  expect(await stripe.session(sessionId)).toMatchObject({ status: 'expired' });
});

test('a session that was paid, though no event says so, is recorded as paid', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) =>
    String(input).includes('/v1/events')
      ? Promise.resolve(Response.json({ object: 'list', data: [], has_more: false, url: '/v1/events' }))
      : real(input, init),
  );
  later(25);
  await reconcile(stripe);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
});

test('a session that could not be closed when its proposal was voided is closed later', async () => {
  const { stripe, org, proposal, sessionId } = await withCheckout();
  await stripe.fault('POST /v1/checkout/sessions/', 'error', 4);
  await call(`POST /proposals/${proposal.id}/void`, { token: org.token, bindings: stripe.bindings });
  expect(await stripe.session(sessionId)).toMatchObject({ status: 'open' });
  await reconcile(stripe);
  expect(await stripe.session(sessionId)).toMatchObject({ status: 'expired' });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'void', 'checkout_expired']);
});

test('a session that was never recorded is closed once no request can still record it', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const stripe = stripeAccount();
  const fault = onDatabase(async (send, body) =>
    isAppend(body) ? new Response('{"message":"no"}', { status: 500 }) : send(),
  );
  await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  fault.mockRestore();
  const [orphan] = (await stripe.state()).sessions;
  await reconcile(stripe);
  expect(await stripe.session(String(orphan?.id))).toMatchObject({ status: 'open' });
  later(0.5);
  await reconcile(stripe);
  expect(await stripe.session(String(orphan?.id))).toMatchObject({ status: 'expired' });
});

test.each([
  ['another deployment’s', { 'metadata[portal_url]': 'https://other.example', 'metadata[proposal_id]': '7' }],
  ['another product’s', {}],
])('%s session of the same account and origin is left alone', async (_, metadata) => {
  const stripe = stripeAccount();
  const body = new URLSearchParams({
    mode: 'payment',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': '5000',
    'line_items[0][price_data][product_data][name]': 'A shirt',
    success_url: 'http://localhost:5173/proposal/7',
    ...metadata,
  });
  await fetch(`${bindings.STRIPE_API_BASE}/v1/checkout/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripe.bindings.STRIPE_SECRET_KEY}` },
    body,
  });
  await reconcile(stripe);
  later(0.5);
  await reconcile(stripe);
  expect((await stripe.state()).sessions.map(({ status }) => status)).toEqual(['open']);
});

test('a clock that was ahead for a while loses no event', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  const [completed] = await stripe.events();
  await stripe.deliver(completed ?? {});
  later(48);
  await reconcile(stripe);
  vi.useRealTimers();
  await stripe.control(`payments/${(await stripe.session(sessionId))?.payment_intent}/refund`);
  later(5);
  await reconcile(stripe);
  expect(await eventsOf(proposal.id)).toContain('payment_refunded');
});

test('a session that this key does not know counts as expired a day after its end, not before', async () => {
  const { proposal } = await withCheckout();
  const other = stripeAccount();
  later(25);
  await reconcile(other);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  later(26);
  await reconcile(other);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'checkout_expired']);
});

test('a refund that arrives before its payment is recorded after it', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  const paymentIntent = (await stripe.session(sessionId))?.payment_intent;
  await stripe.control(`payments/${paymentIntent}/refund`);
  const [refund] = await stripe.events('refund.created');
  await stripe.deliver(refund ?? {});
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  await reconcile(stripe); // the payment, whose webhook was lost
  await reconcile(stripe); // the refund, which arrived and was unattributed
  const events = (await eventsOf(proposal.id)).slice(2);
  expect(events).toEqual(['payment_success', 'payment_refunded']);
  expect(await stripeEventOf(String(refund?.id))).toMatchObject({ outcome: 'recorded' });
});

describe('when something fails,', () => {
  test('the run is no success, and the next one recovers', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await reconcile(stripe);
    const success = await metric('crm_portal_reconciler_last_success_timestamp_seconds');
    await stripe.control(`sessions/${sessionId}/pay`);
    await stripe.fault('GET /v1/events', 'error', 2);
    await expect(reconcile(stripe)).rejects.toThrow('Stripe could not do this.');
    expect(await metric('crm_portal_reconciler_last_success_timestamp_seconds')).toBe(success);
    await reconcile(stripe);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
  });

  test('a payment that cannot be recorded delays no other, and is tried again', async () => {
    const stripe = stripeAccount();
    const [stuck, fine] = [await withCheckout(stripe), await withCheckout(stripe)];
    for (const { sessionId } of [stuck, fine]) await stripe.control(`sessions/${sessionId}/pay`);
    await metric('crm_portal_payments_total'); // lets the shards catch up
    const fault = onDatabase(async (send, body) =>
      isAppend(body) && body.includes(stuck.sessionId)
        ? new Response('{"message":"no"}', { status: 500 })
        : send(),
    );
    await expect(reconcile(stripe)).rejects.toThrow('The activity log cannot be reached.');
    fault.mockRestore();
    await reconcile(stripe);
    for (const { proposal } of [stuck, fine]) {
      expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
    }
  });

  test('an event that cannot be read delays no other', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/pay`);
    const [completed] = await stripe.events();
    const broken = { ...completed, id: 'evt_broken', data: { object: { payment_status: 'paid' } } };
    const real = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) =>
      String(input).includes('/v1/events')
        ? Promise.resolve(
            Response.json({ object: 'list', data: [broken, completed], has_more: false, url: '/v1/events' }),
          )
        : real(input, init),
    );
    await reconcile(stripe);
    expect(await eventsOf(proposal.id)).toContain('payment_success');
  });
});

test('in dev mode, the reconciler only lets the shards catch up', async () => {
  const { requests } = stripeAccount();
  await worker.scheduled(createScheduledController(), bindings, createExecutionContext());
  expect(await requests()).toEqual([]);
});
