import { expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { stripeAccount, withCheckout } from '../support/stripe-account.ts';
import { createOrg, createProposal } from '../support/world.ts';

/** By how much each of these grows, once the isolate has handed over its counts. */
async function grows(series: Record<string, number>, work: () => Promise<unknown>): Promise<void> {
  const names = Object.keys(series);
  const before = await Promise.all(names.map(metric));
  await work();
  await vi.waitFor(
    async () => {
      const after = await Promise.all(names.map(metric));
      const grown = names.map((name, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]);
      expect(Object.fromEntries(grown)).toEqual(series);
    },
    { timeout: 15_000, interval: 250 },
  );
}

test('requests are counted by route and class of status; what a stranger writes makes no series', async () => {
  const { token } = await createOrg();
  await grows(
    {
      'crm_portal_requests_total{route="GET /proposals/:proposal_id",status="4xx"}': 2,
      'crm_portal_requests_total{route="GET /leads",status="2xx"}': 1,
      'crm_portal_requests_total{route="other",status="4xx"}': 3,
    },
    async () => {
      await call('GET /proposals/999999999', { token });
      await call('GET /proposals/999999998', { token });
      await call('GET /leads', { token });
      await call('GET /no/such/route', { token });
      await call('POST /no/such', { token });
      await call('DELETE /leads', { token });
    },
  );
});

test('calls to Stripe are counted by operation and outcome', async () => {
  const stripe = stripeAccount();
  const proposal = await createProposal((await createOrg()).id);
  const series = (operation: string, outcome: string) =>
    `crm_portal_stripe_requests_total{operation="${operation}",outcome="${outcome}"}`;
  await grows(
    {
      [series('create_session', 'ok')]: 1,
      [series('create_session', 'rate_limited')]: 1,
      [series('retrieve_session', 'ok')]: 1,
    },
    async () => {
      await stripe.fault('POST /v1/checkout/sessions', 'limit');
      expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(503);
      expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(200);
      expect((await stripe.checkout({ proposal_id: proposal.id }, proposal.token)).status).toBe(200);
    },
  );
});

test('the age of an event is observed when it is recorded, and not when it comes again', async () => {
  const { stripe, sessionId } = await withCheckout();
  await stripe.control(`sessions/${sessionId}/pay`);
  const [event] = await stripe.events('checkout.session.completed');
  const twentySecondsAgo = { ...event, created: Math.floor(Date.now() / 1000) - 20 };
  const series = (le: string) =>
    `crm_portal_stripe_event_age_seconds_bucket{fact="checkout_paid",le="${le}"}`;
  await grows({ [series('10.0')]: 0, [series('60.0')]: 1, [series('+Inf')]: 1 }, async () => {
    await stripe.deliver(twentySecondsAgo);
    await stripe.deliver(twentySecondsAgo);
  });
});

test('a scrape says how many commands wait', async () => {
  const { text } = await call('GET /metrics');
  expect(text).toMatch(/^crm_portal_log_queue_depth \d+\.0$/m);
});
