import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { orgs } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { stripeAccount, withCheckout } from '../support/stripe-account.ts';
import { createOrg, createProposal, db, eventsOf, paidEvent } from '../support/world.ts';

const look = async ({ id, token }: { id: number; token: string }) =>
  (await call(`GET /proposals/${id}`, { token })).json;

/** Stripe reports a refund of the payment, the same one each time. */
function refund({ id, data }: ReturnType<typeof paidEvent>, changes: object) {
  const { payment_intent } = data.object;
  const object = { id: `re_${id}`, currency: 'usd', status: 'succeeded', payment_intent, ...changes };
  const json = { id: `evt_${crypto.randomUUID()}`, type: 'refund.updated', data: { object } };
  return call('POST /payments/webhook', { json });
}

describe('the deposit status that a customer sees', () => {
  test('is unpaid, also while a session is open', async () => {
    const { proposal } = await withCheckout();
    expect(await look(proposal)).toMatchObject({
      deposit_status: 'unpaid',
      paid_cents: 0,
      paid_at: null,
      approved_by: 'Ada Lovelace',
    });
  });

  test('is paid, with what was refunded', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const paid = paidEvent(proposal);
    await call('POST /payments/webhook', { json: paid });
    expect(await look(proposal)).toMatchObject({
      status: 'deposit_paid',
      deposit_status: 'paid',
      paid_cents: 472_500,
      paid_at: expect.stringMatching(/^\d{4}-/),
      refunded_cents: 0,
    });

    await refund(paid, { amount: 72_500 });
    expect(await look(proposal)).toMatchObject({
      ...{ status: 'approved', deposit_status: 'unpaid', refunded_cents: 72_500, due_cents: 72_500 },
    });

    await refund(paid, { amount: 72_500, status: 'failed' });
    expect(await look(proposal)).toMatchObject({ deposit_status: 'paid', refunded_cents: 0, due_cents: 0 });
  });

  test('is pending while a delayed payment is processed, and failed when that fails', async () => {
    const { proposal, stripe, sessionId } = await withCheckout();
    const settle = () =>
      call(`GET /payments/sessions/${sessionId}`, { token: proposal.token, bindings: stripe.bindings });
    await stripe.control(`sessions/${sessionId}/later`);
    await settle();
    expect(await look(proposal)).toMatchObject({ deposit_status: 'pending', status: 'approved' });

    await stripe.control(`sessions/${sessionId}/fail`);
    await settle();
    expect(await look(proposal)).toMatchObject({ deposit_status: 'failed', status: 'approved' });
  });

  test('ignores the approval of an older version', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json: { title: 'Larger kitchen' } });
    expect(await look(proposal)).toMatchObject({ version: 2, approved_by: null, approved_at: null });
  });
});

describe('the amount that is due', () => {
  test("stays as it was offered, also after the org's percentage changes", async () => {
    const stripe = stripeAccount();
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    expect(await look(proposal)).toMatchObject({ deposit_cents: 472_500, due_cents: 472_500 });
    const { json } = await stripe.checkout({ proposal_id: proposal.id }, org.token);
    await db.update(orgs).set({ depositPercent: 10 }).where(eq(orgs.id, org.id));
    const live = { token: proposal.token, bindings: stripe.bindings };
    const seen = async () => (await call(`GET /proposals/${proposal.id}`, live)).json;
    expect(await seen()).toMatchObject({ deposit_cents: 472_500, due_cents: 472_500 });

    await stripe.control(`sessions/${json.session_id}/later`);
    await call(`GET /payments/sessions/${json.session_id}`, live);
    expect(await seen()).toMatchObject({ deposit_status: 'pending', due_cents: 0 });
    await stripe.control(`sessions/${json.session_id}/fail`);
    await call(`GET /payments/sessions/${json.session_id}`, live);
    expect(await seen()).toMatchObject({ deposit_status: 'failed', due_cents: 472_500 });
  });
});

test('a failed payment of an older version does not mark the current one', async () => {
  const { org, proposal, stripe, sessionId } = await withCheckout();
  const live = { token: proposal.token, bindings: stripe.bindings };
  await stripe.control(`sessions/${sessionId}/later`);
  await stripe.control(`sessions/${sessionId}/fail`);
  await call(`GET /payments/sessions/${sessionId}`, live);
  expect(await look(proposal)).toMatchObject({ deposit_status: 'failed' });
  await call(`PATCH /proposals/${proposal.id}`, {
    token: org.token,
    json: { title: 'Smaller kitchen' },
    bindings: stripe.bindings,
  });
  expect(await look(proposal)).toMatchObject({ version: 2, deposit_status: 'unpaid' });
});

test('money in another currency is a payment, but not part of the paid amount', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const paid = paidEvent(proposal, { amount_total: 700_000, currency: 'jpy' });
  await call('POST /payments/webhook', { json: paid });
  await refund(paid, { amount: 700_000, currency: 'jpy' });
  expect(await eventsOf(proposal.id)).toContain('payment_refunded');
  expect(await look(proposal)).toMatchObject({ deposit_status: 'unpaid', paid_cents: 0, due_cents: 472_500 });
});
