import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { stripeAccount } from '../support/stripe-account.ts';
import { createOrg, createProposal, entriesOf, eventsOf, paidEvent, statusOf } from '../support/world.ts';

const patch = (id: number, token: string, json: object, bindings = {}) =>
  call(`PATCH /proposals/${id}`, { token, json, bindings });
const makeVoid = (id: number, token: string, bindings = {}) =>
  call(`POST /proposals/${id}/void`, { token, bindings });
const smaller = {
  line_items: [{ description: 'A smaller kitchen', quantity: 2, unit_price_cents: 500_000 }],
};

describe('revising a proposal', () => {
  test('makes a version that needs a new approval, and logs the one before', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const answer = await patch(proposal.id, org.token, { ...smaller, title: 'Small kitchen', version: 1 });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      id: proposal.id,
      version: 2,
      status: 'draft',
      title: 'Small kitchen',
      customer_name: 'Ada Lovelace',
      total_cents: 1_000_000,
    });
    const opened = await call(`GET /proposals/${proposal.id}`, { token: proposal.token });
    expect(opened.json).toMatchObject({ ...answer.json, deposit_cents: 300_000 });

    const revised = (await entriesOf(proposal.id)).find(({ event }) => event === 'revised');
    expect(revised).toMatchObject({
      actor: 'staff',
      meta: {
        version: 2,
        title: 'Small kitchen',
        ...smaller,
        total_cents: 1_000_000,
        replaced: { title: 'Kitchen', total_cents: 1_575_000 },
        user_id: org.actor.userId,
      },
    });
    const approve = (version: number) =>
      call(`POST /proposals/${proposal.id}/approve`, {
        token: proposal.token,
        json: { name: 'Ada', version },
      });
    expect(await approve(1)).toMatchObject({ status: 409, json: { code: 'version_conflict' } });
    expect((await approve(2)).status).toBe(200);
  });

  test('twice with the same content makes one version', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const change = { ...smaller, version: 1 };
    const [first, again] = [
      await patch(proposal.id, org.token, change),
      await patch(proposal.id, org.token, change),
    ];
    expect(again.json).toEqual(first.json);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'revised']);
  });

  test('twice at once has one winner, and the other gets a conflict', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((title) => patch(proposal.id, org.token, { title, version: 1 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const winner = answers.find(({ status }) => status === 200)?.json;
    const opened = await call(`GET /proposals/${proposal.id}`, { token: org.token });
    expect(opened.json).toMatchObject({ version: 2, title: winner.title });
  });

  test('closes the open session at Stripe', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const stripe = stripeAccount();
    const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
    await patch(proposal.id, org.token, smaller, stripe.bindings);
    expect(await stripe.session(json.session_id)).toMatchObject({ status: 'expired' });
  });

  test.each([
    [
      'nothing that could be charged',
      { line_items: [{ description: 'A', quantity: 1, unit_price_cents: 49 }] },
      'invalid_amount',
    ],
    ['no line items', { line_items: [] }, 'invalid_request'],
    ['a title that is none', { title: ' ' }, 'invalid_request'],
    ['a version that is none', { title: 'A', version: 0 }, 'invalid_request'],
  ])('to %s is refused', async (_, json, code) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    expect(await patch(proposal.id, org.token, json)).toMatchObject({ status: 400, json: { code } });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });

  test('of another org, or once it is paid, is refused', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const proposal = await createProposal(org.id);
    expect(await patch(proposal.id, other.token, smaller)).toMatchObject({
      status: 404,
      json: { code: 'proposal_not_found' },
    });
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    expect(await patch(proposal.id, org.token, smaller)).toMatchObject({
      status: 409,
      json: { code: 'already_paid' },
    });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
  });
});

test.each([
  ['changed', (id: number, token: string, bindings: object) => patch(id, token, smaller, bindings)],
  ['voided', (id: number, token: string, bindings: object) => makeVoid(id, token, bindings)],
])('a proposal that was paid without a webhook is not %s', async (_, change) => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const stripe = stripeAccount();
  const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  await stripe.control(`sessions/${json.session_id}/pay`);
  const answer = await change(proposal.id, org.token, stripe.bindings);
  expect(answer).toMatchObject({ status: 409, json: { code: 'already_paid' } });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
});

test('a refused command closes no session', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const stripe = stripeAccount();
  const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
  const stale = await patch(proposal.id, org.token, { ...smaller, version: 9 }, stripe.bindings);
  const stranger = await makeVoid(proposal.id, (await createOrg()).token, stripe.bindings);
  expect([stale.status, stranger.status]).toEqual([409, 404]);
  expect(await stripe.session(json.session_id)).toMatchObject({ status: 'open' });
});

describe('voiding a proposal', () => {
  test('is final, and a second click gets the same answer', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    for (let time = 0; time < 2; time += 1) {
      const answer = await makeVoid(proposal.id, org.token);
      expect([answer.status, answer.json]).toEqual([200, { id: proposal.id, status: 'void', version: 1 }]);
    }
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'void']);
    expect(await statusOf(proposal.id)).toBe('void');
    const checkout = await call('POST /payments/checkout_session', {
      token: proposal.token,
      json: { proposal_id: proposal.id },
    });
    expect(checkout).toMatchObject({ status: 409, json: { code: 'proposal_void' } });
  });

  test('closes the open session at Stripe, and succeeds even when that fails', async () => {
    const org = await createOrg();
    const [one, two] = [await createProposal(org.id), await createProposal(org.id)];
    const stripe = stripeAccount();
    const first = await stripe.checkout({ proposal_id: one.id }, one.token);
    const second = await stripe.checkout({ proposal_id: two.id }, two.token);
    await makeVoid(one.id, org.token, stripe.bindings);
    expect(await stripe.session(first.json.session_id)).toMatchObject({ status: 'expired' });
    await stripe.fault('POST /v1/checkout/sessions/', 'error', 9);
    expect((await makeVoid(two.id, org.token, stripe.bindings)).status).toBe(200);
    expect(await stripe.session(second.json.session_id)).toMatchObject({ status: 'open' });
  });

  test('of another org, or while money is held, is refused', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const proposal = await createProposal(org.id);
    expect(await makeVoid(proposal.id, other.token)).toMatchObject({
      status: 404,
      json: { code: 'proposal_not_found' },
    });
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    expect(await makeVoid(proposal.id, org.token)).toMatchObject({
      status: 409,
      json: { code: 'already_paid' },
    });
    expect(await statusOf(proposal.id)).toBe('deposit_paid');
  });

  test('during a payment leaves one order or the other, and loses no money', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const [answer] = await Promise.all([
      makeVoid(proposal.id, org.token),
      call('POST /payments/webhook', { json: paidEvent(proposal) }),
    ]);
    const events = await eventsOf(proposal.id);
    expect(events).toContain('payment_success');
    const expected =
      answer.status === 200
        ? ['approve', 'void', 'payment_success', 'payment_anomaly']
        : ['approve', 'payment_success'];
    expect(events).toEqual(expected);
  });
});
