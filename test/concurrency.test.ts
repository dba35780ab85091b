import { describe, expect, test } from 'vitest';
import { call } from './support/api.ts';
import { metric } from './support/metrics.ts';
import { stripeAccount } from './support/stripe-account.ts';
import { createOrg, createProposal, eventsOf, paidEvent, statusOf } from './support/world.ts';

// Concurrent requests through the real routes, shard and SQL. CI runs this on PostgreSQL too.

const deliveries = 50;

async function deliver(events: object[], orgLabel: string, proposalId: number) {
  const answers = await Promise.all(events.map((json) => call('POST /payments/webhook', { json })));
  expect(answers.map(({ status }) => status)).toEqual(Array(events.length).fill(200));
  expect(await eventsOf(proposalId)).toEqual(['approve', 'payment_success']);
  expect(await metric(`crm_portal_payments_total{org_id="${orgLabel}"}`)).toBe(1);
  expect(await metric(`crm_portal_payment_amount_cents_sum{org_id="${orgLabel}"}`)).toBe(472_500);
}

describe('one payment', () => {
  test(`reported ${deliveries} times at once by one event is recorded once`, async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal);
    await deliver(Array(deliveries).fill(event), org.label, proposal.id);
  });

  test(`reported at once by ${deliveries} events of one session is recorded once`, async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const { id } = paidEvent(proposal).data.object;
    const events = Array.from({ length: deliveries }, () =>
      paidEvent(proposal, { id, payment_intent: 'pi_one' }),
    );
    await deliver(events, org.label, proposal.id);
  });
});

test('of 64 callers that approve, check out, pay and void at once, one each wins and none sees a 5xx', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const stripe = stripeAccount();
  const { id } = paidEvent(proposal).data.object;
  const kinds = [
    (round: number) => {
      const json = { name: `Customer ${round}`, version: 1 };
      return call(`POST /proposals/${proposal.id}/approve`, { token: proposal.token, json });
    },
    () => stripe.checkout({ proposal_id: proposal.id }, proposal.token),
    () => stripe.deliver(paidEvent(proposal, { id })),
    () => call(`POST /proposals/${proposal.id}/void`, { token: org.token, bindings: stripe.bindings }),
    () => call(`POST /proposals/${proposal.id}/view`, { token: proposal.token }),
    (round: number) => {
      const json = { title: `Kitchen ${round}`, version: 1 };
      return call(`PATCH /proposals/${proposal.id}`, { token: org.token, json, bindings: stripe.bindings });
    },
    () => stripe.checkout({ proposal_id: proposal.id, amount_dollars: 15_750 }, org.token),
    () => stripe.deliver(paidEvent(proposal, { id }, { type: 'checkout.session.async_payment_succeeded' })),
  ];
  const rounds = Array.from({ length: 64 / kinds.length }, (_, round) =>
    kinds.map(async (ask, kind) => {
      const { status } = await ask(round);
      return { kind, status };
    }),
  );
  const answers = await Promise.all(rounds.flat());
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  for (const webhook of answers.filter(({ kind }) => kind === 2 || kind === 7))
    expect(webhook.status).toBe(200);
  const wins = (kind: number) =>
    answers.filter((answer) => answer.kind === kind && answer.status === 200).length;
  expect(wins(0)).toBeLessThanOrEqual(1);
  expect(wins(5)).toBeLessThanOrEqual(1);

  const events = await eventsOf(proposal.id);
  const count = (event: string) => events.filter((name) => name === event).length;
  expect([count('payment_success'), count('view')]).toEqual([1, 1]);
  expect([count('approve'), count('revised'), count('void')]).toEqual([
    wins(0),
    wins(5),
    wins(3) > 0 ? 1 : 0,
  ]);
  expect(await statusOf(proposal.id)).toBe(count('void') > 0 ? 'void' : 'deposit_paid');
  expect((await stripe.state()).sessions.filter(({ status }) => status === 'open')).toEqual([]);
  expect(await metric(`crm_portal_payments_total{org_id="${org.label}"}`)).toBe(1);
});

test('64 clicks of customers and staff at once all get the same session, and no other is open', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const stripe = stripeAccount();
  const tokens = [proposal.token, org.token];
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      stripe.checkout({ proposal_id: proposal.id }, tokens[index % 2] ?? org.token),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
  expect(new Set(answers.map(({ json }) => json.session_id)).size).toBe(1);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created']);
  expect((await stripe.state()).sessions.filter(({ status }) => status === 'open')).toHaveLength(1);
});
