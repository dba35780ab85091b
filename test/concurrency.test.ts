import { describe, expect, test } from 'vitest';
import { call } from './support/api.ts';
import { metric } from './support/metrics.ts';
import { createOrg, createProposal, eventsOf, paidEvent, statusOf } from './support/world.ts';

// All at once, through the real routes, shard and SQL. CI runs this on PostgreSQL, `npm test` on what there is.

const deliveries = 50;

async function deliver(events: object[], orgLabel: string, proposalId: number) {
  const answers = await Promise.all(events.map((json) => call('POST /payments/webhook', { json })));
  expect(answers.map(({ status }) => status)).toEqual(Array(events.length).fill(200));
  expect(await eventsOf(proposalId)).toEqual(['approve', 'payment_success']);
  expect(await metric(`crm_portal_payments_total{org_id="${orgLabel}"}`)).toBe(1);
  expect(await metric(`crm_portal_payment_amount_cents_sum{org_id="${orgLabel}"}`)).toBe(472_500);
}

describe('one payment', () => {
  test(`told ${deliveries} times at once by one event is one payment`, async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal);
    await deliver(Array(deliveries).fill(event), org.label, proposal.id);
  });

  test(`told at once by ${deliveries} events of one session is one payment`, async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const { id } = paidEvent(proposal).data.object;
    const events = Array.from({ length: deliveries }, () =>
      paidEvent(proposal, { id, payment_intent: 'pi_one' }),
    );
    await deliver(events, org.label, proposal.id);
  });
});

test('of 64 who approve, check out and pay at once, each wins once and nobody sees a 5xx', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const { id } = paidEvent(proposal).data.object;
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, index) => {
      const kind = index % 4;
      if (kind === 0) {
        const json = { name: `Customer ${index}`, version: 1 };
        return call(`POST /proposals/${proposal.id}/approve`, { token: proposal.token, json });
      }
      if (kind === 1)
        return call('POST /payments/checkout_session', {
          token: proposal.token,
          json: { proposal_id: proposal.id },
        });
      if (kind === 2) return call('POST /payments/webhook', { json: paidEvent(proposal, { id }) });
      return call(`GET /proposals/${proposal.id}`, { token: proposal.token });
    }),
  );
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  expect(answers.filter(({ status }, index) => index % 4 === 0 && status === 200)).toHaveLength(1);
  const events = await eventsOf(proposal.id);
  for (const event of ['approve', 'payment_success', 'view']) {
    expect(events.filter((name) => name === event)).toHaveLength(1);
  }
  expect(events.filter((name) => name === 'checkout_created').length).toBeLessThanOrEqual(1);
  expect(await statusOf(proposal.id)).toBe('deposit_paid');
  expect(await metric(`crm_portal_payments_total{org_id="${org.label}"}`)).toBe(1);
});
