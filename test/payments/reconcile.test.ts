import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { inArray } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stripeEvents } from '../../src/db/schema.ts';
import worker from '../../src/index.ts';
import type { Reconciliation } from '../../src/log/reconciliation.ts';
import { call } from '../support/api.ts';
import { isAppend, onDatabase } from '../support/faults.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount, type TestStripe, withCheckout } from '../support/stripe-account.ts';
import {
  bindings,
  createOrg,
  createProposal,
  db,
  entriesOf,
  eventsOf,
  paidEvent,
  stripeEventOf,
} from '../support/world.ts';

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

/** Notes how far the reconciler has come, as an earlier run would. */
function note(reconciliation: Reconciliation): Promise<void> {
  return bindings.LOG_SHARD.getByName('0/4').noteReconciliation(reconciliation);
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

test('what the clock has made of proposals, where it cannot be looked up, holds up no payment', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  onDatabase(async (send, body) => {
    if (body.includes(') as changed')) return Response.json({ message: 'no' }, { status: 500 });
    return send();
  });
  await expect(reconcile(stripe)).rejects.toThrow('The activity log cannot be reached.');
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
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

describe('another product that shares the Stripe account', () => {
  /** A sale of its own, refunded. */
  async function foreignRefund(stripe: TestStripe) {
    const body = new URLSearchParams({
      mode: 'payment',
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': '5000',
      'line_items[0][price_data][product_data][name]': 'A shirt',
      success_url: 'https://shop.example',
    });
    const headers = { authorization: `Bearer ${stripe.bindings.STRIPE_SECRET_KEY}` };
    const url = `${bindings.STRIPE_API_BASE}/v1/checkout/sessions`;
    const { id } = (await (await fetch(url, { method: 'POST', headers, body })).json()) as { id: string };
    await stripe.control(`sessions/${id}/pay`);
    const intent = (await stripe.session(id))?.payment_intent;
    await stripe.control(`payments/${intent}/refund`);
    const [refund] = await stripe.events('refund.created');
    return { refund: refund ?? { id: '' }, intent };
  }

  const lookups = async (stripe: TestStripe) =>
    (await stripe.requests()).filter(({ path }) => path.startsWith('/v1/payment_intents/')).length;

  test('has its refunds looked up once each, and none of its events kept or tried again', async () => {
    const stripe = stripeAccount();
    const { refund } = await foreignRefund(stripe);
    await stripe.deliver(refund);
    expect([await stripeEventOf(refund.id), await lookups(stripe)]).toEqual([undefined, 1]);
    const kept = await db.$count(stripeEvents);
    await reconcile(stripe);
    await reconcile(stripe);
    // What was delivered is not asked about again; the sale itself was not, and says whose it is.
    expect([await db.$count(stripeEvents), await lookups(stripe)]).toEqual([kept, 1]);
  });

  test('whose refund cannot be looked up now is a 5xx, which Stripe sends again', async () => {
    const stripe = stripeAccount();
    const { refund } = await foreignRefund(stripe);
    await stripe.fault('GET /v1/payment_intents', 'limit');
    expect(await stripe.deliver(refund)).toMatchObject({
      status: 503,
      json: { code: 'stripe_rate_limited' },
    });
    expect((await stripe.deliver(refund)).status).toBe(200);
    expect(await stripeEventOf(refund.id)).toBeUndefined();
  });

  test('has what an earlier version kept of it asked about once, and forgotten; what is ours stays', async () => {
    const stripe = stripeAccount();
    const foreign = await foreignRefund(stripe);
    const { refund } = foreign;
    const { org, sessionId } = await withCheckout(stripe);
    await stripe.control(`sessions/${sessionId}/pay`);
    const intent = (await stripe.session(sessionId))?.payment_intent;
    await stripe.control(`payments/${intent}/refund`);
    const early = (await stripe.events('refund.created')).at(-1);
    for (const { id } of await stripe.events()) await stripe.control(`events/${id}/delivered`);
    const sale = paidEvent({ id: 7, orgId: 1 }, { metadata: { order: '7' } });
    const unpaid = paidEvent({ id: 999_999_997, orgId: org.id });
    const keep = (event: { id?: string }) => ({
      ...{ id: String(event.id), type: 'any', payload: event, outcome: 'unattributed' as const },
      receivedAt: new Date(Date.now() - 60_000),
    });
    await db.insert(stripeEvents).values([refund, sale, unpaid, early ?? {}].map(keep));
    await note({ unjudgedUntil: Date.now(), hasUnjudged: false, retriedUntil: null });
    const before = await lookups(stripe);
    for (let run = 0; run < 3; run += 1) await reconcile(stripe);
    const asked = (await stripe.requests()).filter(({ path }) => /payment_intents\/pi_.*/.test(path));
    for (const id of [refund.id, sale.id]) expect(await stripeEventOf(id)).toBeUndefined();
    for (const id of [unpaid.id, String(early?.id)]) {
      expect(await stripeEventOf(id)).toMatchObject({ outcome: 'unattributed' });
    }
    const about = (paymentIntent: unknown) => asked.filter(({ path }) => path.endsWith(`/${paymentIntent}`));
    expect([before, about(foreign.intent).length, about(intent).length]).toEqual([0, 1, 1]);
  });

  test('was judged once: what was kept after that stays, even a refund without a PaymentIntent', async () => {
    const stripe = stripeAccount();
    const { refund } = await foreignRefund(stripe);
    const { data } = refund as { data?: { object: object } };
    const payload = { ...refund, data: { object: { ...data?.object, payment_intent: null } } };
    await db.insert(stripeEvents).values({
      ...{ id: String(refund.id), type: 'any', payload, outcome: 'unattributed' },
      receivedAt: new Date(Date.now() - 60_000),
    });
    await note({ unjudgedUntil: null, hasUnjudged: false, retriedUntil: null });
    await reconcile(stripe);
    expect(await stripeEventOf(refund.id)).toMatchObject({ outcome: 'unattributed' });
  });

  test('does not keep our own events from being tried again, however many are kept', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/pay`);
    await stripe.control(`payments/${(await stripe.session(sessionId))?.payment_intent}/refund`);
    const [refund] = await stripe.events('refund.created');
    await stripe.deliver(refund ?? {});
    const [paid] = await stripe.events('checkout.session.completed');
    await stripe.deliver(paid ?? {});
    // 130 that no proposal claims, half of them older than it, half newer.
    const others = Array.from({ length: 130 }, (_, index) => {
      const event = paidEvent({ id: 999_999_000 + index, orgId: proposal.orgId });
      const receivedAt = new Date(Date.now() + (index % 2 === 0 ? -1 : 1) * 3_600_000);
      return { id: event.id, type: event.type, payload: event, outcome: 'unattributed' as const, receivedAt };
    });
    await db.insert(stripeEvents).values(others);
    await note({ unjudgedUntil: null, retriedUntil: null });
    for (let run = 0; run < 3; run += 1) await reconcile(stripe);
    expect(await eventsOf(proposal.id)).toContain('payment_refunded');
    await db.delete(stripeEvents).where(
      inArray(
        stripeEvents.id,
        others.map(({ id }) => id),
      ),
    );
  });
});

test('what the reconciler fetched is not counted as posted to the webhook', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  const posted = () =>
    metric('crm_portal_webhook_events_total{type="checkout.session.completed",outcome="recorded"}');
  const repaired = () => metric('crm_portal_reconciler_repairs_total');
  const before = [await posted(), await repaired()];
  await stripe.control(`sessions/${sessionId}/pay`);
  await reconcile(stripe);
  expect(await eventsOf(proposal.id)).toContain('payment_success');
  expect([await posted(), await repaired()]).toEqual([before[0], (before[1] ?? 0) + 1]);
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

  test('an event that always fails holds up no progress, and is tried again by itself', async () => {
    const stripe = stripeAccount();
    const [stuck, other] = [await withCheckout(stripe), await withCheckout(stripe)];
    await stripe.control(`sessions/${stuck.sessionId}/pay`);
    const fault = onDatabase(async (send, body) =>
      isAppend(body) && body.includes(stuck.sessionId)
        ? new Response('{"message":"no"}', { status: 500 })
        : send(),
    );
    await expect(reconcile(stripe)).rejects.toThrow();
    const until = await metric('crm_portal_reconciler_events_until_timestamp_seconds');
    later(1);
    await stripe.control(`sessions/${other.sessionId}/pay`);
    await expect(reconcile(stripe)).rejects.toThrow();
    expect(await metric('crm_portal_reconciler_events_until_timestamp_seconds')).toBeGreaterThan(until);
    const listed = (await stripe.requests()).filter(({ path }) => path.startsWith('/v1/events?')).at(-1);
    const from = Number(new URLSearchParams(listed?.path.split('?')[1]).get('created[gte]'));
    expect(from).toBeGreaterThan(until - 11 * 60); // no growing span
    fault.mockRestore();
    later(2);
    await reconcile(stripe);
    expect(await eventsOf(stuck.proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
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
