import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { describe, expect, inject, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { LogShard } from '../../src/log/log-shard.ts';
import { call } from '../support/api.ts';
import { violationsOf } from '../support/check-answer.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount } from '../support/stripe-account.ts';
import { bindings, createOrg, createProposal, paidEvent } from '../support/world.ts';

const seen = (type: string, outcome: string) =>
  metric(`crm_portal_webhook_events_total{type="${type}",outcome="${outcome}"}`);
const completed = 'checkout.session.completed';

/** By how much each of these grew during `work`. */
async function grown(series: [string, string][], work: () => Promise<unknown>): Promise<number[]> {
  const read = () => Promise.all(series.map(([type, outcome]) => seen(type, outcome)));
  const before = await read();
  await work();
  await new Promise((resolve) => setTimeout(resolve, 1_200)); // by then the isolate has handed over its counts
  return (await read()).map((value, index) => value - (before[index] ?? 0));
}

describe('events posted to the webhook are counted by outcome:', () => {
  test('recorded, duplicate, unattributed, foreign', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const [event, foreign] = [paidEvent(proposal), paidEvent(proposal, { metadata: {} })];
    const unknown = paidEvent({ id: 999_999_999, orgId: proposal.orgId });
    const outcomes: [string, string][] = [
      [completed, 'recorded'],
      [completed, 'duplicate'],
      [completed, 'unattributed'],
      [completed, 'foreign'],
    ];
    const growth = await grown(outcomes, async () => {
      for (const json of [event, event, event, unknown, foreign])
        await call('POST /payments/webhook', { json });
    });
    expect(growth).toEqual([1, 2, 1, 1]);
  });

  test('ignored, and refused by reason; an unverified event has no type', async () => {
    const stripe = stripeAccount();
    const outcomes: [string, string][] = [
      ['other', 'ignored'],
      ['unverified', 'rejected_invalid_signature'],
      ['other', 'rejected_invalid_event'],
      [completed, 'rejected_wrong_livemode'],
    ];
    const growth = await grown(outcomes, async () => {
      await stripe.deliver({ id: 'evt_1', type: 'customer.created', data: { object: {} } });
      await stripe.deliver({ id: 'evt_2', type: 'payment_intent.created', data: { object: {} } });
      const bindings = stripe.bindings;
      await call('POST /payments/webhook', { json: { type: completed }, bindings });
      await stripe.deliver({ id: 'evt_3', type: completed, data: {} });
      const proposal = await createProposal((await createOrg()).id);
      await stripe.deliver(paidEvent(proposal, {}, { livemode: true }));
    });
    expect(growth).toEqual([2, 1, 1, 1]);
  });
});

describe('a flood of forgeries', () => {
  const forgeries = inject('forgeries');
  const headers = { 'stripe-signature': `t=${Math.floor(Date.now() / 1000)},v1=forged` };
  const forge = () =>
    new Request('https://api.test/payments/webhook', { method: 'POST', body: '{}', headers });

  test(`of ${forgeries} costs a few hundred writes at most, and is counted`, {
    timeout: 900_000,
  }, async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
    const tally = vi.spyOn(LogShard.prototype, 'count');
    const env = { ...bindings, ...stripeAccount().bindings };
    const [growth] = await grown([['unverified', 'rejected_invalid_signature']], async () => {
      for (let sent = 0; sent < forgeries; sent += 500) {
        const context = createExecutionContext();
        const answers = await Promise.all(
          Array.from({ length: 500 }, () => app.fetch(forge(), env, context)),
        );
        expect(answers.filter(({ status }) => status !== 400)).toEqual([]);
        const violations = answers.map((answer) => violationsOf('POST', '/payments/webhook', answer));
        expect((await Promise.all(violations)).flat()).toEqual([]);
        await waitOnExecutionContext(context);
      }
    });
    expect(growth).toBe(forgeries);
    expect(tally.mock.calls.flatMap(([sums]) => sums).length).toBeLessThan(300);
    vi.restoreAllMocks();
  });
});
