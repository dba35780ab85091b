import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { orgs, proposalComments, proposals } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount, type TestStripe, withCheckout } from '../support/stripe-account.ts';
import { createOrg, createProposal, db, entriesOf, eventsOf, rowCounts } from '../support/world.ts';

type Proposal = { readonly id: number; readonly token: string };

/** A proposal of $15,750.00 whose deposit of $4,725.00 is paid at Stripe. */
async function withDeposit() {
  const begun = await withCheckout();
  await payLatest(begun.stripe, begun.sessionId);
  const act = (path: string, json: object, headers: Record<string, string> = {}) =>
    call(`POST /proposals/${begun.proposal.id}/${path}`, {
      ...{ token: begun.org.token, json, headers, bindings: begun.stripe.bindings },
    });
  return { ...begun, act };
}

async function payLatest(stripe: TestStripe, sessionId: string) {
  await stripe.control(`sessions/${sessionId}/pay`);
  const paid = (await stripe.events('checkout.session.completed')).at(-1);
  expect((await stripe.deliver(paid ?? {})).status).toBe(200);
}

async function deliverRefunds(stripe: TestStripe) {
  for (const event of await stripe.events('refund.created')) await stripe.deliver(event);
}

const look = async ({ id, token }: Proposal) => (await call(`GET /proposals/${id}`, { token })).json;
const today = new Date().toISOString().slice(0, 10);

describe('a balance', () => {
  test('is not payable before staff ask for it, and then by the same link, once', async () => {
    const { act, proposal, stripe } = await withDeposit();
    const checkout = () => stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(await checkout()).toMatchObject({ status: 409, json: { code: 'already_paid' } });

    const asked = await Promise.all([
      act('requests', { key: 'balance' }),
      act('requests', { key: 'balance' }),
    ]);
    for (const answer of asked)
      expect(answer).toMatchObject({ status: 200, json: { key: 'balance', due_cents: 1_102_500 } });
    const [first, second] = await Promise.all([checkout(), checkout()]);
    expect(first.json).toMatchObject({
      amount_cents: 1_102_500,
      deposit_cents: 472_500,
      total_cents: 1_575_000,
    });
    expect(second.json).toEqual(first.json);
    const [request] = (await stripe.requests()).filter(({ body }) => body.includes('1102500'));
    expect(new URLSearchParams(request?.body).get('line_items[0][price_data][product_data][name]')).toBe(
      'Balance: Kitchen',
    );

    await payLatest(stripe, first.json.session_id);
    expect(await look(proposal)).toMatchObject({
      ...{ status: 'paid', held_cents: 1_575_000, due_cents: 0, remaining_cents: 0 },
      schedule: [{ state: 'paid' }, { state: 'paid' }],
      payments: [{ amount_cents: 472_500 }, { amount_cents: 1_102_500 }],
    });
    expect(await eventsOf(proposal.id)).not.toContain('payment_anomaly');
    expect(await checkout()).toMatchObject({ status: 409, json: { code: 'already_paid' } });
  });

  test.each([
    [{ key: 'nothing' }, 404, 'instalment_not_found'],
    [{ key: 'deposit' }, 409, 'not_on_request'],
    [{}, 400, 'invalid_request'],
  ])('%o cannot be asked for', async (json, status, code) => {
    const { act } = await withDeposit();
    const before = await rowCounts();
    expect(await act('requests', json)).toMatchObject({ status, json: { code } });
    expect(await rowCounts()).toEqual(before);
  });

  test('cannot be asked for before the approval, or by a customer or another org', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const ask = (token: string) =>
      call(`POST /proposals/${proposal.id}/requests`, { token, json: { key: 'balance' } });
    expect(await ask(org.token)).toMatchObject({ status: 409, json: { code: 'proposal_not_approved' } });
    expect(await ask(proposal.token)).toMatchObject({ status: 403 });
    expect(await ask((await createOrg()).token)).toMatchObject({ status: 404 });
  });

  test('is paid together with the deposit where the org offers that', async () => {
    const stripe = stripeAccount();
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const full = () => stripe.checkout({ proposal_id: proposal.id, pay: 'full' }, proposal.token);
    expect(await full()).toMatchObject({ status: 409, json: { code: 'pay_in_full_not_offered' } });
    await db.update(orgs).set({ payInFull: true }).where(eq(orgs.id, org.id));
    const due = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    const all = await full();
    expect(all.json.amount_cents).toBe(1_575_000);
    // One live session a proposal: the one of the deposit was closed.
    expect((await stripe.session(due.json.session_id))?.status).toBe('expired');
    await payLatest(stripe, all.json.session_id);
    expect(await look(proposal)).toMatchObject({ status: 'paid', remaining_cents: 0 });
    expect(await eventsOf(proposal.id)).not.toContain('payment_anomaly');
    expect(await metric(`crm_portal_proposals_paid_in_full_total{org_id="${org.label}"}`)).toBe(1);
    expect(await metric(`crm_portal_proposals_first_paid_total{org_id="${org.label}"}`)).toBe(1);
  });
});

describe('a refund by staff', () => {
  test('is reserved, made at Stripe once, and due again', async () => {
    const { org, act, proposal, stripe } = await withDeposit();
    const refund = () => act('refunds', { reason: 'The customer moved' }, { 'idempotency-key': 'one' });
    const [first, second] = [await refund(), await refund()];
    expect(first).toMatchObject({
      status: 201,
      json: { amount_cents: 472_500, held_cents: 0, due_cents: 472_500, status: 'approved' },
    });
    expect(second.json.refund_request_id).toBe(first.json.refund_request_id);
    await deliverRefunds(stripe);
    expect((await stripe.state()).refunds).toHaveLength(1);
    expect((await eventsOf(proposal.id)).slice(-2)).toEqual(['refund_requested', 'payment_refunded']);

    // The deposit can be paid again, by the same link.
    const again = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    expect(again.json.amount_cents).toBe(472_500);
    await payLatest(stripe, again.json.session_id);
    expect(await look(proposal)).toMatchObject({ status: 'deposit_paid', held_cents: 472_500, due_cents: 0 });
    expect(await eventsOf(proposal.id)).not.toContain('payment_anomaly');
    expect(await metric(`crm_portal_refunds_requested_total{org_id="${org.label}"}`)).toBe(1);
  });

  test.each(['lost', 'late_error', 'hang'])(
    'is made once where the answer is %s, and healed',
    async (kind) => {
      const { act, proposal, stripe } = await withDeposit();
      await stripe.fault('POST /v1/refunds', kind as never, 2);
      const refund = () =>
        act('refunds', { amount_cents: 100_000, reason: 'Less' }, { 'idempotency-key': 'one' });
      expect((await refund()).status).toBeGreaterThanOrEqual(500);
      expect((await eventsOf(proposal.id)).at(-1)).toBe('refund_requested');
      // Meanwhile nothing of this payment can be refunded twice.
      expect(await act('refunds', { reason: 'Again' })).toMatchObject({ json: { code: 'refund_pending' } });
      if (kind === 'late_error')
        await deliverRefunds(stripe); // Stripe replays its error for a day: its event tells
      else expect((await refund()).status).toBe(201);
      expect((await stripe.state()).refunds).toMatchObject([{ amount: 100_000 }]);
      await deliverRefunds(stripe);
      expect((await look(proposal)).refunded_cents).toBe(100_000);
      expect((await eventsOf(proposal.id)).filter((event) => event === 'payment_refunded')).toHaveLength(1);
    },
    30_000,
  );

  test('whose webhook comes first is ours all the same', async () => {
    const { act, proposal, stripe } = await withDeposit();
    await stripe.fault('POST /v1/refunds', 'lost', 2);
    await act('refunds', { amount_cents: 5_000, reason: 'Less' });
    await deliverRefunds(stripe);
    const last = (await entriesOf(proposal.id)).at(-1);
    expect(last).toMatchObject({
      event: 'payment_refunded',
      meta: { refund_request_id: expect.any(String) },
    });
    expect((await act('refunds', { amount_cents: 5_000, reason: 'Less' })).status).toBe(201);
  });

  test('that Stripe refuses is over, and what was reserved is free', async () => {
    const { act, org, proposal, stripe, sessionId } = await withDeposit();
    // Somebody refunded it in Stripe's dashboard, and we have not heard of it.
    const intent = (await stripe.session(sessionId))?.payment_intent;
    await stripe.control(`payments/${intent}/refund`);
    const refused = await act('refunds', { reason: 'All' });
    expect(refused).toMatchObject({ status: 422, json: { code: 'stripe_refused' } });
    expect((await eventsOf(proposal.id)).slice(-2)).toEqual(['refund_requested', 'refund_refused']);
    const { json } = await call('GET /reports/attention', { token: org.token });
    expect(json.refused).toMatchObject([{ event: 'refund_refused', code: 'charge_already_refunded' }]);
    await deliverRefunds(stripe);
    expect(await act('refunds', { reason: 'All' })).toMatchObject({ json: { code: 'refund_too_large' } });
  });

  test('answers its key alike: a refusal stays one, and another request needs another key', async () => {
    const { act, stripe, sessionId } = await withDeposit();
    const key = { 'idempotency-key': 'one' };
    const intent = (await stripe.session(sessionId))?.payment_intent;
    await stripe.control(`payments/${intent}/refund`);
    for (const answer of [
      await act('refunds', { reason: 'All' }, key),
      await act('refunds', { reason: 'All' }, key),
    ])
      expect(answer).toMatchObject({ status: 422, json: { code: 'stripe_refused' } });
    const other = await withDeposit();
    await other.act('refunds', { amount_cents: 1_000, reason: 'Less' }, key);
    const another = await other.act('refunds', { amount_cents: 500, reason: 'Less' }, key);
    expect(another).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
    expect((await other.stripe.state()).refunds).toMatchObject([{ amount: 1_000 }]);
  });

  test('that fails at the bank needs attention, also where another one was made or the proposal is void', async () => {
    const { act, org, stripe } = await withDeposit();
    await act('refunds', { reason: 'All' });
    await deliverRefunds(stripe);
    expect((await act('void', {})).status).toBe(200);
    const [refund] = (await stripe.state()).refunds;
    await stripe.control(`refunds/${refund?.id}/fail`);
    for (const event of await stripe.events('refund.failed')) await stripe.deliver(event);
    const { json } = await call('GET /reports/attention', { token: org.token });
    expect(json.refused).toMatchObject([{ event: 'refund_failed', amount_cents: 472_500 }]);
  });

  test('is refused above what is held, twice at once, of a foreign payment, and while disputed', async () => {
    const { act, stripe, sessionId } = await withDeposit();
    const reason = 'Less';
    expect(await act('refunds', { amount_cents: 472_501, reason })).toMatchObject({
      ...{ status: 409, json: { code: 'refund_too_large' } },
    });
    expect(await act('refunds', { session_id: 'cs_test_foreign', reason })).toMatchObject({
      ...{ status: 404, json: { code: 'payment_not_found' } },
    });
    const both = await Promise.all([
      act('refunds', { amount_cents: 300_000, reason }),
      act('refunds', { amount_cents: 300_000, reason }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await stripe.state()).refunds).toHaveLength(1);
    const intent = (await stripe.session(sessionId))?.payment_intent;
    await stripe.control(`payments/${intent}/dispute`);
    for (const event of await stripe.events('charge.dispute.created')) await stripe.deliver(event);
    expect(await act('refunds', { amount_cents: 1, reason })).toMatchObject({
      ...{ status: 409, json: { code: 'payment_disputed' } },
    });
  });

  test('is the admin’s alone', async () => {
    const { act, org, proposal } = await withDeposit();
    expect(await act('refunds', {})).toMatchObject({ status: 400 });
    const json = { reason: 'All' };
    const asCustomer = await call(`POST /proposals/${proposal.id}/refunds`, { token: proposal.token, json });
    expect(asCustomer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    const stranger = await createOrg();
    const asStranger = await call(`POST /proposals/${proposal.id}/refunds`, { token: stranger.token, json });
    expect(asStranger).toMatchObject({ status: 404 });
    expect(org.actor.role).toBe('admin');
  });
});

describe('money beside Stripe', () => {
  const cheque = { method: 'cheque', amount_cents: 472_500, received_on: today, reference: '000123' };

  test('is recorded once, closes the open session, and is taken back', async () => {
    const { org, proposal, stripe, sessionId } = await withCheckout();
    const act = (path: string, json: object, key = 'one') =>
      call(`POST /proposals/${proposal.id}/${path}`, {
        ...{ token: org.token, json, headers: { 'idempotency-key': key }, bindings: stripe.bindings },
      });
    const [first, second] = [await act('payments', cheque), await act('payments', cheque)];
    expect(first).toMatchObject({
      status: 201,
      json: { held_cents: 472_500, due_cents: 0, status: 'deposit_paid' },
    });
    expect(second.json).toEqual(first.json);
    const another = await act('payments', { ...cheque, amount_cents: 5 });
    expect(another).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } });
    expect((await stripe.session(sessionId))?.status).toBe('expired');
    const path = `payments/${first.json.payment_id}/reverse`;
    const reverse = () => act(path, { reason: 'It was returned' });
    expect(await reverse()).toMatchObject({ status: 200, json: { held_cents: 0, due_cents: 472_500 } });
    expect((await reverse()).status).toBe(200);
    expect((await eventsOf(proposal.id)).filter((event) => /^payment_re/.test(event))).toEqual([
      'payment_recorded',
      'payment_reversed',
    ]);
    const labels = `{org_id="${org.label}",method="cheque"}`;
    expect(await metric(`crm_portal_offline_payments_total${labels}`)).toBe(1);
    const { json } = await call('GET /reports/numbers?days=1', { token: org.token });
    expect(json).toMatchObject({ payments: 0, revenue_cents: 0, net_cents: 0 });
  });

  test.each([
    ['more than what remains', { amount_cents: 1_575_001 }, 409, 'overpayment'],
    ['the future', { received_on: '2999-01-01' }, 400, 'invalid_request'],
    ['another currency', { currency: 'eur' }, 400, 'invalid_request'],
    ['nothing', { amount_cents: 0 }, 400, 'invalid_request'],
    ['another method', { method: 'barter' }, 400, 'invalid_request'],
  ])('of %s is refused', async (_, part, status, code) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const before = await rowCounts();
    const json = { ...cheque, ...part };
    const answer = await call(`POST /proposals/${proposal.id}/payments`, { token: org.token, json });
    expect(answer).toMatchObject({ status, json: { code } });
    expect(await rowCounts()).toEqual(before);
  });

  test('above what remains is recorded where staff say that it is right', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const json = { ...cheque, amount_cents: 1_600_000, overpayment: true };
    const answer = await call(`POST /proposals/${proposal.id}/payments`, { token: org.token, json });
    expect(answer).toMatchObject({ status: 201, json: { status: 'paid', remaining_cents: 0 } });
  });

  test('through Stripe is refunded, not taken back; and no customer does either', async () => {
    const { act, proposal } = await withDeposit();
    const unknown = '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11';
    expect(await act(`payments/${unknown}/reverse`, { reason: 'No' })).toMatchObject({
      ...{ status: 404, json: { code: 'payment_not_found' } },
    });
    const answer = await call(`POST /proposals/${proposal.id}/payments`, {
      token: proposal.token,
      json: cheque,
    });
    expect(answer).toMatchObject({ status: 403 });
  });
});

describe('declining', () => {
  const json = { reason: 'timing', comment: 'We will come back in spring.' };

  test('closes the session, once, with the words in a row of their own; a new version reopens it', async () => {
    const { org, proposal, stripe, sessionId } = await withCheckout();
    const decline = () =>
      call(`POST /proposals/${proposal.id}/decline`, {
        ...{ token: proposal.token, json, bindings: stripe.bindings },
      });
    for (const answer of [await decline(), await decline()])
      expect(answer).toMatchObject({ status: 200, json: { status: 'declined' } });
    expect((await stripe.session(sessionId))?.status).toBe('expired');
    const declined = (await entriesOf(proposal.id)).filter(({ event }) => event === 'declined');
    expect(declined).toMatchObject([{ actor: 'customer', meta: { reason: 'timing', version: 1 } }]);
    expect(JSON.stringify(declined)).not.toContain('spring');
    const rows = await db.select().from(proposalComments).where(eq(proposalComments.proposalId, proposal.id));
    expect(rows).toMatchObject([{ text: json.comment }]);
    const { data } = (await call(`GET /proposals/${proposal.id}/activity`, { token: org.token })).json;
    const said = data.map(({ event, comment }: { event: string; comment?: string }) => [event, comment]);
    expect(said.filter(([event]: string[]) => event === 'declined')).toEqual([['declined', json.comment]]);
    expect(
      said.filter(([event]: string[]) => event !== 'declined').every(([, words]: string[]) => !words),
    ).toBe(true);
    expect(await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).toMatchObject({
      ...{ status: 409, json: { code: 'proposal_declined' } },
    });
    const labels = `{org_id="${org.label}",reason="timing"}`;
    expect(await metric(`crm_portal_proposals_declined_total${labels}`)).toBe(1);
    const patch = { token: org.token, json: { title: 'Smaller kitchen' } };
    expect((await call(`PATCH /proposals/${proposal.id}`, patch)).json).toMatchObject({
      ...{ status: 'draft', version: 2 },
    });
  });

  test('leaves nothing to record, and what is paid all the same is an anomaly', async () => {
    const { org, proposal, stripe, sessionId } = await withCheckout();
    await stripe.fault('POST /v1/checkout/sessions', 'error', 9); // the session cannot be closed
    await call(`POST /proposals/${proposal.id}/decline`, {
      ...{ token: proposal.token, json, bindings: stripe.bindings },
    });
    const cheque = { method: 'cash', amount_cents: 100, received_on: today };
    const recorded = await call(`POST /proposals/${proposal.id}/payments`, {
      token: org.token,
      json: cheque,
    });
    expect(recorded).toMatchObject({ status: 409, json: { code: 'proposal_declined' } });
    await payLatest(stripe, sessionId);
    const [, , , , anomaly] = await entriesOf(proposal.id);
    expect(anomaly).toMatchObject({ event: 'payment_anomaly', meta: { reason: 'proposal_declined' } });
  });

  test('what money is on is refused', async () => {
    const { proposal } = await withDeposit();
    const answer = await call(`POST /proposals/${proposal.id}/decline`, { token: proposal.token, json });
    expect(answer).toMatchObject({ status: 409, json: { code: 'already_paid' } });
  });

  test.each([[{ reason: 'mood' }], [{}], [{ ...json, comment: 'x'.repeat(2_001) }]])(
    'with %o is refused',
    async (bad) => {
      const proposal = await createProposal((await createOrg()).id);
      const answer = await call(`POST /proposals/${proposal.id}/decline`, {
        token: proposal.token,
        json: bad,
      });
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    },
  );
});

test('staff approve for a customer, and say how the customer agreed; no customer says so', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const json = { name: 'Ada Lovelace', version: 1, method: 'phone', reference: 'Call of 26 November' };
  const approve = (token: string) => call(`POST /proposals/${proposal.id}/approve`, { token, json });
  expect(await approve(proposal.token)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
  expect((await approve(org.token)).status).toBe(200);
  const [entry] = await entriesOf(proposal.id);
  expect(entry).toMatchObject({
    actor: 'staff',
    meta: { method: 'phone', reference: 'Call of 26 November' },
  });
});

test('a void is refused while a payment is on its way, as a change is', async () => {
  const { org, proposal, stripe, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/later`);
  for (const event of await stripe.events('checkout.session.completed')) await stripe.deliver(event);
  const answers = [
    await call(`POST /proposals/${proposal.id}/void`, { token: org.token, bindings: stripe.bindings }),
    await call(`PATCH /proposals/${proposal.id}`, {
      ...{ token: org.token, json: { title: 'Pantry' }, bindings: stripe.bindings },
    }),
  ];
  for (const answer of answers)
    expect(answer).toMatchObject({ status: 409, json: { code: 'payment_pending' } });
});

test('an anomaly that staff accept needs no attention any more', async () => {
  const { act, org, proposal, stripe } = await withDeposit();
  // A second session that Stripe took money in, though nothing was due.
  const extra = { id: `cs_test_extra_${proposal.id}`, payment_intent: `pi_extra_${proposal.id}` };
  const event = (await stripe.events('checkout.session.completed')).at(-1);
  const object = { ...(event?.data.object as object), ...extra };
  await stripe.deliver({ ...event, id: `evt_extra_${proposal.id}`, data: { object } } as never);
  const anomalies = async () => (await call('GET /reports/attention', { token: org.token })).json.anomalies;
  const [anomaly] = await anomalies();
  expect(anomaly).toMatchObject({ reason: 'already_paid', proposal_id: proposal.id });
  const accept = (id: number) => act(`anomalies/${id}/accept`, { note: 'Agreed on the phone' });
  expect(await accept(anomaly.entry_id + 1_000_000)).toMatchObject({ json: { code: 'anomaly_not_found' } });
  expect((await accept(anomaly.entry_id)).status).toBe(200);
  expect((await accept(anomaly.entry_id)).status).toBe(200);
  expect(await anomalies()).toEqual([]);
  expect((await eventsOf(proposal.id)).filter((name) => name === 'anomaly_accepted')).toHaveLength(1);
});

describe('what Stripe refuses', () => {
  test('an address is asked for by Stripe itself: the customer need not know', async () => {
    const stripe = stripeAccount();
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await db.update(proposals).set({ customerEmail: 'ada@localhost' }).where(eq(proposals.id, proposal.id));
    expect((await stripe.checkout({ proposal_id: proposal.id }, org.token)).status).toBe(200);
    const addresses = (await stripe.requests()).map(({ body }) =>
      new URLSearchParams(body).get('customer_email'),
    );
    expect(addresses).toEqual(['ada@localhost', null]);
    expect(await eventsOf(proposal.id)).not.toContain('checkout_refused');
  });

  test('an amount is told to staff, in the log, in Attention and as a metric, until a session is made', async () => {
    const org = await createOrg({ currency: 'krw' });
    const json = {
      ...{ title: 'Kitchen', customer_name: 'Ada', customer_email: 'ada@example.com' },
      line_items: [{ description: 'Kitchen', quantity: 1, unit_price_cents: 40 }],
      deposit: { percent: 100 },
    };
    const { id } = (await call('POST /proposals', { token: org.token, json })).json;
    await call(`POST /proposals/${id}/approve`, { token: org.token, json: { name: 'Ada', version: 1 } });
    const stripe = stripeAccount();
    for (const answer of [
      await stripe.checkout({ proposal_id: id }, org.token),
      await stripe.checkout({ proposal_id: id }, org.token),
    ])
      expect(answer).toMatchObject({ status: 422, json: { code: 'stripe_refused' } });
    expect(await eventsOf(id)).toEqual(['approve', 'checkout_refused']);
    const { json: seen } = await call('GET /reports/attention', { token: org.token });
    expect(seen.refused).toMatchObject([{ proposal_id: id, code: 'amount_too_small' }]);
    expect((await call(`GET /proposals/${id}`, { token: org.token })).json.checkout_refusal).toBe(
      'amount_too_small',
    );
    const labels = `{org_id="${org.label}",code="amount_too_small"}`;
    expect(await metric(`crm_portal_checkout_refused_total${labels}`)).toBe(1);
  });
});
