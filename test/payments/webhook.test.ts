import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { sign } from '../support/signature.ts';
import {
  createOrg,
  createProposal,
  entriesOf,
  eventsOf,
  paidEvent,
  rowCounts,
  statusOf,
  stripeEventOf,
} from '../support/world.ts';

const secret = 'whsec_only_for_tests_only_for_tests';
const signed = { STRIPE_WEBHOOK_SECRET: secret };
const payments = (org: { label: string }) => metric(`crm_portal_payments_total{org_id="${org.label}"}`);
const revenue = (org: { label: string }) =>
  metric(`crm_portal_payment_amount_cents_sum{org_id="${org.label}"}`);

describe('a paid session', () => {
  test('becomes one payment, however often its event arrives', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal);
    for (let time = 0; time < 2; time += 1) {
      const answer = await call('POST /payments/webhook', { json: event });
      expect(answer).toMatchObject({ status: 200, json: { received: true } });
    }
    const entries = await entriesOf(proposal.id);
    expect(entries.map(({ event: name }) => name)).toEqual(['approve', 'payment_success']);
    expect(entries[1]).toMatchObject({
      actor: 'stripe',
      meta: {
        amount_cents: 472_500,
        currency: 'usd',
        stripe_session_id: event.data.object.id,
        payment_status: 'paid',
        payment_intent: event.data.object.payment_intent,
      },
    });
    expect(await statusOf(proposal.id)).toBe('deposit_paid');
    expect([await payments(org), await revenue(org)]).toEqual([1, 472_500]);
    expect(await stripeEventOf(event.id)).toMatchObject({
      outcome: 'recorded',
      livemode: false,
      payload: event,
    });
  });

  test('under another event id is kept as a duplicate', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const first = paidEvent(proposal);
    const second = paidEvent(proposal, { id: first.data.object.id });
    for (const json of [first, second])
      expect((await call('POST /payments/webhook', { json })).status).toBe(200);
    expect(await payments(org)).toBe(1);
    expect(await stripeEventOf(second.id)).toMatchObject({ outcome: 'duplicate' });
  });

  test('may come without an event id in dev mode', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const { id: _, ...event } = paidEvent(proposal);
    for (let time = 0; time < 2; time += 1) {
      expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
    }
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
  });

  test('of a delayed method is a payment once its money has come', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const { id } = paidEvent(proposal).data.object;
    const completed = paidEvent(proposal, { id, payment_status: 'unpaid' });
    const succeeded = paidEvent(proposal, { id }, { type: 'checkout.session.async_payment_succeeded' });
    await call('POST /payments/webhook', { json: completed });
    expect(await payments(org)).toBe(0);
    await call('POST /payments/webhook', { json: succeeded });
    expect(await payments(org)).toBe(1);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_pending', 'payment_success']);
  });

  test('may carry its PaymentIntent expanded', async () => {
    const proposal = await createProposal((await createOrg()).id);
    await call('POST /payments/webhook', {
      json: paidEvent(proposal, { payment_intent: { id: 'pi_expanded' } }),
    });
    expect((await entriesOf(proposal.id))[1]).toMatchObject({ meta: { payment_intent: 'pi_expanded' } });
  });

  test('of another amount than agreed is recorded, with an anomaly', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await call('POST /payments/webhook', { json: paidEvent(proposal, { amount_total: 100 }) });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success', 'payment_anomaly']);
    expect([await payments(org), await revenue(org)]).toEqual([1, 100]);
  });

  test('is recorded even if PostgreSQL could not hold its body as jsonb', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal, { customer_details: { name: 'zero \0 byte, half a pair \ud800' } });
    expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
    expect(await payments(org)).toBe(1);
  });
});

describe('an event that is no payment of ours', () => {
  test.each([
    [
      'of a session without money',
      {},
      { payment_status: 'no_payment_required', mode: 'setup', amount_total: null },
    ],
    ['of another type', { type: 'customer.created' }, {}],
  ])('an event that is %s is acknowledged and changes nothing', async (_, event, session) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const before = await rowCounts();
    const answer = await call('POST /payments/webhook', { json: paidEvent(proposal, session, event) });
    expect(answer).toMatchObject({ status: 200, json: { received: true } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    [
      'an unknown proposal',
      (org: number) => ({ metadata: { proposal_id: '999999999', org_id: String(org) } }),
    ],
    [
      'an org that does not own it',
      (org: number, id: number) => ({ metadata: { proposal_id: String(id), org_id: String(org + 1) } }),
    ],
  ])('paid money with %s is kept as unattributed', async (_, session) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal, session(org.id, proposal.id));
    const body = JSON.stringify(event);
    const headers = { 'stripe-signature': await sign(body, secret) };
    const answer = await call('POST /payments/webhook', { body, headers, bindings: signed });
    expect(answer).toMatchObject({ status: 200, json: { received: true } });
    expect(await stripeEventOf(event.id)).toMatchObject({ outcome: 'unattributed', payload: event });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
    expect(await payments(org)).toBe(0);
  });

  test.each([
    ['no metadata', () => null],
    ['metadata of another product', () => ({ order: '7' })],
    [
      "another deployment's metadata",
      (id: number, org: number) => ({
        proposal_id: `${id}`,
        org_id: `${org}`,
        portal_url: 'https://other.example',
      }),
    ],
    ['a proposal and no org', (id: number) => ({ proposal_id: `${id}` })],
    [
      'an id that is not a number',
      (_: number, org: number) => ({ proposal_id: '7; drop table', org_id: `${org}` }),
    ],
  ])('paid money with %s is foreign: it is acknowledged and not kept', async (_, metadata) => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const before = await rowCounts();
    const event = paidEvent(proposal, { metadata: metadata(proposal.id, org.id) });
    const answer = await call('POST /payments/webhook', { json: event });
    expect(answer).toMatchObject({ status: 200, json: { received: true } });
    expect(await rowCounts()).toEqual(before);
  });

  test('an event of another kind may have any shape', async () => {
    const answer = await call('POST /payments/webhook', {
      json: { id: 'evt_thin', type: 'v2.core.account.updated' },
    });
    expect(answer).toMatchObject({ status: 200, json: { received: true } });
  });

  test("unattributed money is recorded once its proposal exists, and so is its event's outcome", async () => {
    const org = await createOrg();
    const { id } = await createProposal(org.id);
    const event = paidEvent({ id: id + 1_000_000, orgId: org.id });
    await call('POST /payments/webhook', { json: event });
    expect(await stripeEventOf(event.id)).toMatchObject({ outcome: 'unattributed' });
    const proposal = await createProposal(org.id, 'approved', id + 1_000_000);
    await call('POST /payments/webhook', { json: event });
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
    expect(await stripeEventOf(event.id)).toMatchObject({ outcome: 'recorded' });
  });

  test.each([
    ['live', 'sk_test_only_for_tests_only_for_tests', true],
    ['test', 'sk_live_only_for_tests_only_for_tests', false],
    ['silent', 'sk_live_only_for_tests_only_for_tests', null],
  ])('a %s event is refused by a Worker with the other key', async (_, key, livemode) => {
    const proposal = await createProposal((await createOrg()).id);
    const body = JSON.stringify(paidEvent(proposal, {}, { livemode }));
    const headers = { 'stripe-signature': await sign(body, secret) };
    const bindings = { ...signed, ENVIRONMENT: 'production', STRIPE_SECRET_KEY: key };
    const before = await rowCounts();
    const answer = await call('POST /payments/webhook', { body, headers, bindings });
    expect(answer).toMatchObject({ status: 400, json: { code: 'wrong_livemode' } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    ['an id that no column could hold', { id: `evt_${'x'.repeat(7_000)}` }, {}],
    ['a zero byte in its id', { id: 'evt_\0' }, {}],
    ['half a surrogate pair in its PaymentIntent', {}, { payment_intent: 'pi_\ud800' }],
    ['a session id that is none', {}, { id: "cs_'; drop table" }],
    ['the account that it is connected to', { account: 'acct_1' }, {}],
    ['a list that is 50,000 deep', {}, { pad: 'DEEP' }],
  ])('a paid event with %s is refused', async (_, event, session) => {
    const proposal = await createProposal((await createOrg()).id);
    const before = await rowCounts();
    const body = JSON.stringify(paidEvent(proposal, session, event)).replace(
      '"DEEP"',
      `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    );
    const answer = await call('POST /payments/webhook', { body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_event' } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each([
    ['no type', { data: { object: {} } }],
    ['no object', { type: 'checkout.session.completed', data: {} }],
    [
      'an amount that is none',
      {
        type: 'checkout.session.completed',
        data: { object: { id: 'cs_1', amount_total: 'x', payment_status: 'paid' } },
      },
    ],
    ['a list', []],
  ])('an event with %s is refused', async (_, json) => {
    const before = await rowCounts();
    expect(await call('POST /payments/webhook', { json })).toMatchObject({
      status: 400,
      json: { code: 'invalid_event' },
    });
    expect(await rowCounts()).toEqual(before);
  });
});

test.each([
  ['a thin event', { id: 'evt_1', object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' }],
  ['another object', { ...paidEvent({ id: 1, orgId: 1 }), object: 'v2.core.event' }],
])('%s that is signed is acknowledged, and ignored', async (_, json) => {
  const body = JSON.stringify(json);
  const before = await rowCounts();
  const headers = { 'stripe-signature': await sign(body, secret) };
  const answer = await call('POST /payments/webhook', { body, headers, bindings: signed });
  expect([answer.status, answer.json]).toEqual([200, { received: true }]);
  expect(await rowCounts()).toEqual(before);
});

describe('with a secret', () => {
  async function post(change: {
    header?: (body: string) => Promise<string> | string;
    alter?: (body: string) => string;
    secrets?: string;
  }) {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const body = JSON.stringify(paidEvent(proposal));
    const header = await (change.header ?? ((text) => sign(text, secret)))(body);
    const before = await rowCounts();
    const answer = await call('POST /payments/webhook', {
      body: change.alter ? change.alter(body) : body,
      headers: header ? { 'stripe-signature': header } : {},
      bindings: { STRIPE_WEBHOOK_SECRET: change.secrets ?? secret },
    });
    return { answer, isUnchanged: JSON.stringify(before) === JSON.stringify(await rowCounts()), org };
  }

  test.each([
    ['fresh', 0],
    ['300 seconds old', 300],
    ['59 seconds ahead', -59], // 60, with a second for the clock to turn
  ])('a signature that is %s is accepted', async (_, ageSeconds) => {
    const { answer, org } = await post({ header: (body) => sign(body, secret, ageSeconds) });
    expect(answer.status).toBe(200);
    expect(await payments(org)).toBe(1);
  });

  test.each([
    ['missing', { header: () => '' }],
    ['malformed', { header: () => 'v1=deadbeef' }],
    ['without a signature', { header: () => `t=${Math.floor(Date.now() / 1000)}` }],
    ['made with another secret', { header: (body: string) => sign(body, 'whsec_somebody_elses_secret') }],
    ['301 seconds old', { header: (body: string) => sign(body, secret, 302) }], // a second for the clock to turn
    ['61 seconds ahead', { header: (body: string) => sign(body, secret, -62) }],
    ['of a body with a byte order mark before it', { alter: (body: string) => `\ufeff${body}` }],
    ['of a body altered by one byte', { alter: (body: string) => body.replace('472500', '472501') }],
    [
      'followed by a second timestamp',
      {
        header: async (body: string) => `${await sign(body, secret, 400)},t=${Math.floor(Date.now() / 1000)}`,
      },
    ],
  ])('one that is %s is refused, vaguely, and changes nothing', async (_, change) => {
    const { answer, isUnchanged } = await post(change);
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'invalid_signature', detail: 'The signature does not match.' },
    });
    expect(isUnchanged).toBe(true);
  });

  test('while it is rotated, both are accepted', async () => {
    const secrets = `whsec_the_new_one_the_new_one, ${secret}`;
    expect((await post({ secrets })).answer.status).toBe(200);
    expect(
      (await post({ secrets, header: (body) => sign(body, 'whsec_the_new_one_the_new_one') })).answer.status,
    ).toBe(200);
  });

  test('an invalid UTF-8 byte does not pass for its replacement character', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const body = JSON.stringify(paidEvent(proposal, { note: '\ufffd' }));
    const header = await sign(body, secret);
    const bytes = new TextEncoder().encode(body);
    const at = bytes.indexOf(0xef);
    const altered = new Uint8Array([...bytes.slice(0, at), 0xff, ...bytes.slice(at + 3)]);
    const answer = await call('POST /payments/webhook', {
      body: altered,
      headers: { 'stripe-signature': header },
      bindings: signed,
    });
    expect(answer.status).toBe(400);
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  });
});
