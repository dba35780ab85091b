import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal, paidEvent } from '../support/world.ts';

const attention = async (token: string) => (await call('GET /reports/attention', { token })).json;

test('attention without concerns is empty lists', async () => {
  const { token } = await createOrg();
  const empty = {
    ...{ anomalies: [], disputes: [], refused: [], mails: [], unattributed: [] },
    ...{ bookings: [], book_changes: [], connections: [] },
  };
  expect(await attention(token)).toEqual(empty);
});

test('attention lists a payment of another amount, for its org only', async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const proposal = await createProposal(org.id);
  await call('POST /payments/webhook', { json: paidEvent(proposal, { amount_total: 5 }) });
  expect((await attention(org.token)).anomalies).toEqual([
    {
      entry_id: expect.any(Number),
      proposal_id: proposal.id,
      title: 'Kitchen',
      reason: 'amount_mismatch',
      amount_cents: 5,
      currency: 'usd',
      expected_cents: 472_500,
      expected_currency: 'usd',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  ]);
  expect((await attention(other.token)).anomalies).toEqual([]);
});

test('attention lists a dispute until it is closed', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const paid = paidEvent(proposal);
  await call('POST /payments/webhook', { json: paid });
  const tell = (status: string) => {
    const { payment_intent } = paid.data.object;
    const object = {
      id: `dp_${paid.id}`,
      amount: 472_500,
      currency: 'usd',
      status,
      reason: 'fraudulent',
      payment_intent,
    };
    const type = status === 'won' ? 'charge.dispute.closed' : 'charge.dispute.created';
    return call('POST /payments/webhook', {
      json: { id: `evt_${status}_${paid.id}`, type, data: { object } },
    });
  };
  await tell('needs_response');
  expect((await attention(org.token)).disputes).toMatchObject([
    {
      proposal_id: proposal.id,
      dispute_id: `dp_${paid.id}`,
      status: 'needs_response',
      reason: 'fraudulent',
      amount_cents: 472_500,
    },
  ]);
  await tell('won');
  expect((await attention(org.token)).disputes).toEqual([]);
});

test('attention lists unattributed money for the org that it names', async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const event = paidEvent({ id: 999_999_999, orgId: org.id });
  await call('POST /payments/webhook', { json: event });
  expect((await attention(org.token)).unattributed).toMatchObject([
    {
      event_id: event.id,
      type: 'checkout.session.completed',
      object_id: event.data.object.id,
      amount_cents: 472_500,
      currency: 'usd',
    },
  ]);
  expect((await attention(other.token)).unattributed).toEqual([]);
});

test('an event that PostgreSQL cannot parse hides no other', async () => {
  const org = await createOrg();
  const customer_details = { name: 'A\u0000b' };
  const event = paidEvent({ id: 999_999_998, orgId: org.id }, { customer_details });
  await call('POST /payments/webhook', { json: event });
  expect((await attention(org.token)).unattributed).toMatchObject([{ event_id: event.id }]);
});

test('money that names no org is shown to none where there are several', async () => {
  const org = await createOrg();
  const object = {
    id: `re_${org.id}`,
    amount: 5,
    currency: 'usd',
    status: 'succeeded',
    payment_intent: `pi_${org.id}`,
  };
  await call('POST /payments/webhook', {
    json: { id: `evt_re_${org.id}`, type: 'refund.created', data: { object } },
  });
  expect((await attention(org.token)).unattributed).toEqual([]);
});
