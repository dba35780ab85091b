import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount, type TestStripe, withCheckout } from '../support/stripe-account.ts';
import {
  createOrg,
  createProposal,
  entriesOf,
  eventsOf,
  paidEvent,
  statusOf,
  stripeEventOf,
} from '../support/world.ts';

// What happens at Stripe, through the events of its stand-in (local/stripe).

/** Delivers all events so far, in this order of their indexes, by default as made. */
async function deliverAll(stripe: TestStripe, order?: (events: object[]) => object[]) {
  const events = await stripe.events();
  for (const event of order ? order(events) : events) expect((await stripe.deliver(event)).status).toBe(200);
}

async function paymentIntentOf(stripe: TestStripe, sessionId: string): Promise<string> {
  return String((await stripe.session(sessionId))?.payment_intent);
}

describe('a delayed method', () => {
  test.each([
    ['succeed', ['payment_pending', 'payment_success'], 'deposit_paid'],
    ['fail', ['payment_pending', 'payment_failed'], 'approved'],
  ])('that will %s is pending first', async (outcome, expectedEvents, status) => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/later`);
    await stripe.control(`sessions/${sessionId}/${outcome}`);
    await deliverAll(stripe);
    await deliverAll(stripe);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', ...expectedEvents]);
    expect(await statusOf(proposal.id)).toBe(status);
  });

  test('is paid even if its events arrive in the wrong order', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/later`);
    await stripe.control(`sessions/${sessionId}/succeed`);
    await deliverAll(stripe, (events) => events.reverse());
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
  });
});

test('the event of a declined card is ignored, and the session stays open', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/decline`);
  await deliverAll(stripe);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  await stripe.control(`sessions/${sessionId}/pay`);
  await deliverAll(stripe);
  expect(await statusOf(proposal.id)).toBe('deposit_paid');
});

test('an expired session is recorded once, and the next click gets another', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/expire`);
  await deliverAll(stripe);
  await deliverAll(stripe);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'checkout_expired']);
  const next = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  expect(next.json.session_id).not.toBe(sessionId);
});

test('a payment in a second session is recorded, with an anomaly', async () => {
  const { org, stripe, proposal, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  await deliverAll(stripe);
  const second = paidEvent(proposal);
  await stripe.deliver(second);
  expect((await eventsOf(proposal.id)).slice(2)).toEqual([
    'payment_success',
    'payment_success',
    'payment_anomaly',
  ]);
  const reasons = `crm_portal_payment_anomalies_total{org_id="${org.label}",reason="already_paid"}`;
  expect(await metric(reasons)).toBe(1);
  expect(await metric(`crm_portal_payments_total{org_id="${org.label}"}`)).toBe(2);
});

test('paying one session closes another that is open', async () => {
  const { stripe, proposal, sessionId } = await withCheckout();
  await stripe.deliver(paidEvent(proposal));
  expect(await stripe.session(sessionId)).toMatchObject({ status: 'expired' });
  expect(await eventsOf(proposal.id)).toContain('checkout_expired');
});

describe('a refund', () => {
  async function paid() {
    const checkout = await withCheckout();
    await checkout.stripe.control(`sessions/${checkout.sessionId}/pay`);
    await deliverAll(checkout.stripe);
    return { ...checkout, paymentIntent: await paymentIntentOf(checkout.stripe, checkout.sessionId) };
  }

  test('in two parts is two entries, each once, and the payment stays as it was', async () => {
    const { org, stripe, proposal, paymentIntent } = await paid();
    await stripe.control(`payments/${paymentIntent}/refund`, { amount: 100_000 });
    await stripe.control(`payments/${paymentIntent}/refund`, { amount: 50_000 });
    await deliverAll(stripe);
    await deliverAll(stripe, (events) => events.reverse());
    const refunds = (await entriesOf(proposal.id)).filter(({ event }) => event === 'payment_refunded');
    expect(refunds.map(({ meta }) => meta)).toMatchObject([
      { amount_cents: 100_000, payment_intent: paymentIntent },
      { amount_cents: 50_000, payment_intent: paymentIntent },
    ]);
    const labels = `{org_id="${org.label}"}`;
    expect(await metric(`crm_portal_refunds_total${labels}`)).toBe(2);
    expect(await metric(`crm_portal_refund_amount_cents_sum${labels}`)).toBe(150_000);
    expect(await metric(`crm_portal_payment_amount_cents_sum${labels}`)).toBe(472_500);
    expect(await statusOf(proposal.id)).toBe('approved'); // it is not all held any more
  });

  test('that fails is recorded as made and as failed, in any order', async () => {
    const { stripe, proposal, paymentIntent } = await paid();
    const { id } = await stripe.control<{ id: string }>(`payments/${paymentIntent}/refund`);
    await stripe.control(`refunds/${id}/fail`);
    await deliverAll(stripe, (events) => events.reverse());
    const events = (await eventsOf(proposal.id)).slice(3);
    expect(events).toEqual(['payment_refunded', 'refund_failed']);
  });

  test('that arrives before its payment is unattributed, and recorded when it arrives again', async () => {
    const { stripe, proposal, sessionId } = await withCheckout();
    await stripe.control(`sessions/${sessionId}/pay`);
    await stripe.control(`payments/${await paymentIntentOf(stripe, sessionId)}/refund`);
    await deliverAll(stripe, (events) => events.reverse());
    const [refund] = await stripe.events('refund.created');
    expect(await stripeEventOf(String(refund?.id))).toMatchObject({ outcome: 'unattributed' });
    await stripe.deliver(refund ?? {});
    expect(await eventsOf(proposal.id)).toEqual([
      'approve',
      'checkout_created',
      'payment_success',
      'payment_refunded',
    ]);
    expect(await stripeEventOf(String(refund?.id))).toMatchObject({ outcome: 'recorded' });
  });

  test('of a foreign payment is not kept, and changes no proposal', async () => {
    const stripe = stripeAccount();
    const id = `evt_foreign_${crypto.randomUUID()}`;
    const object = {
      id: 're_foreign',
      amount: 1,
      currency: 'usd',
      status: 'succeeded',
      payment_intent: 'pi_foreign',
    };
    const answer = await stripe.deliver({ id, type: 'refund.created', livemode: false, data: { object } });
    expect(answer.status).toBe(200);
    expect(await stripeEventOf(id)).toBeUndefined();
  });

  test.each(['won', 'lost'])(
    'a dispute that is %s is recorded as opened and closed, each once',
    async (outcome) => {
      const { org, stripe, proposal, paymentIntent } = await paid();
      const { id } = await stripe.control<{ id: string }>(`payments/${paymentIntent}/dispute`);
      await stripe.control(`disputes/${id}/${outcome}`);
      await deliverAll(stripe, (events) => events.reverse());
      await deliverAll(stripe);
      const entries = (await entriesOf(proposal.id)).slice(3);
      expect(entries.map(({ event }) => event)).toEqual(['dispute_opened', 'dispute_closed']);
      expect(entries[1]).toMatchObject({ meta: { status: outcome, dispute_id: id, amount_cents: 472_500 } });
      for (const label of ['opened', outcome]) {
        expect(await metric(`crm_portal_disputes_total{org_id="${org.label}",outcome="${label}"}`)).toBe(1);
      }
    },
  );
});

describe('a session that the log does not have', () => {
  test('is foreign if another deployment made it', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const metadata = { proposal_id: String(proposal.id), org_id: String(proposal.orgId) };
    const event = paidEvent(proposal, { metadata: { ...metadata, portal_url: 'https://other.example' } });
    await stripeAccount().deliver(event);
    expect(await stripeEventOf(event.id)).toBeUndefined();
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });

  test('does not belong to a later proposal that has the same id', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const event = paidEvent(proposal, { created: Math.floor(Date.now() / 1000) - 3_600 });
    await stripeAccount().deliver(event);
    expect(await statusOf(proposal.id)).toBe('draft');
    expect(await stripeEventOf(event.id)).toMatchObject({ outcome: 'unattributed' });
  });

  test('stays with the proposal that it was first recorded under', async () => {
    const org = await createOrg();
    const [first, second] = [await createProposal(org.id), await createProposal(org.id)];
    const { id } = paidEvent(first).data.object;
    const stripe = stripeAccount();
    await stripe.deliver(paidEvent(first, { id, payment_status: 'unpaid' }));
    for (let time = 0; time < 2; time += 1) {
      expect((await stripe.deliver(paidEvent(second, { id, payment_status: 'unpaid' }))).status).toBe(200);
    }
    expect((await stripe.deliver(paidEvent(second, { id }))).status).toBe(200);
    expect(await eventsOf(first.id)).toEqual(['approve', 'payment_pending', 'payment_success']);
    expect(await eventsOf(second.id)).toEqual(['approve']);
  });
});

test('every event that we handle is kept once, with its outcome', async () => {
  const { stripe, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  await stripe.control(`payments/${await paymentIntentOf(stripe, sessionId)}/refund`);
  await deliverAll(stripe);
  for (const { id } of await stripe.events()) {
    expect(await stripeEventOf(id)).toMatchObject({ outcome: 'recorded', livemode: false });
  }
});

test('an expired foreign session is not kept either', async () => {
  const stripe = stripeAccount();
  const id = `evt_foreign_${crypto.randomUUID()}`;
  const data = { object: { id: 'cs_test_foreign', amount_total: 1, payment_status: 'unpaid', metadata: {} } };
  await stripe.deliver({ id, type: 'checkout.session.expired', livemode: false, data });
  expect(await stripeEventOf(id)).toBeUndefined();
});

describe('in dev mode, unsigned', () => {
  test('events of the whole life cycle are accepted too', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const paid = paidEvent(proposal);
    await call('POST /payments/webhook', { json: paid });
    const { payment_intent } = paid.data.object;
    const object = {
      id: `re_${payment_intent}`,
      amount: 5,
      currency: 'usd',
      status: 'succeeded',
      payment_intent,
    };
    await call('POST /payments/webhook', { json: { type: 'refund.created', data: { object } } });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success', 'payment_refunded']);
  });
});
