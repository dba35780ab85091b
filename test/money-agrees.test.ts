import fc from 'fast-check';
import { expect, test } from 'vitest';
import { call } from './support/api.ts';
import { metric } from './support/metrics.ts';
import { stripeAccount } from './support/stripe-account.ts';
import { createOrg, createProposal, statusOf } from './support/world.ts';

// Every place that shows money shows the same: what a proposal's page, its print, its PDF and its list say, what a checkout would
// charge, the numbers, what needs attention, and the metrics, after random histories. The page, the print and the PDF show
// what `GET /proposals/{id}` answers and add nothing up themselves (`test/portal`).

const today = new Date().toISOString().slice(0, 10);

type Step =
  | 'pay'
  | 'pay twice'
  | 'refund'
  | 'refund a part'
  | 'ask'
  | 'cheque'
  | 'take back'
  | 'dispute'
  | 'lose';

const steps = fc.array(
  fc.constantFrom<Step>(
    'pay',
    'pay',
    'pay twice',
    'refund',
    'refund a part',
    'ask',
    'cheque',
    'take back',
    'dispute',
    'lose',
  ),
  { minLength: 1, maxLength: 7 },
);

/** One history of one proposal of a new org. Nothing is hidden: what is refused is refused. */
async function play(history: readonly Step[]) {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const stripe = stripeAccount();
  const delivered = new Set<string>();
  async function deliverAll() {
    for (const event of await stripe.events()) {
      if (delivered.has(event.id) || event.type.startsWith('payment_intent')) continue;
      delivered.add(event.id);
      await stripe.deliver(event);
    }
  }
  const post = (path: string, json: object) =>
    call(`POST /proposals/${proposal.id}/${path}`, { token: org.token, json, bindings: stripe.bindings });
  const lastIntent = async () =>
    (await stripe.state()).sessions.findLast(({ payment_intent: id }) => id)?.payment_intent;
  for (const step of history) {
    switch (step) {
      case 'pay':
      case 'pay twice': {
        const { json } = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
        if (json.session_id) await stripe.control(`sessions/${json.session_id}/pay`).catch(() => {});
        await deliverAll();
        if (step === 'pay twice') for (const event of await stripe.events()) await stripe.deliver(event);
        break;
      }
      case 'refund':
      case 'refund a part':
        await post('refunds', { reason: 'Less', ...(step === 'refund' ? {} : { amount_cents: 100_000 }) });
        break;
      case 'ask':
        await post('requests', { key: 'balance' });
        break;
      case 'cheque':
        await post('payments', { method: 'cheque', amount_cents: 50_000, received_on: today });
        break;
      case 'take back': {
        const { json } = await call(`GET /proposals/${proposal.id}`, { token: org.token });
        const cheque = json.payments.find((made: { method: string }) => made.method === 'cheque');
        if (cheque) await post(`payments/${cheque.payment_id}/reverse`, { reason: 'Returned' });
        break;
      }
      case 'dispute':
        await stripe.control(`payments/${await lastIntent()}/dispute`).catch(() => {});
        break;
      case 'lose': {
        const [dispute] = (await stripe.state()).disputes;
        if (dispute) await stripe.control(`disputes/${dispute.id}/lost`).catch(() => {});
      }
    }
    await deliverAll();
  }
  return { org, proposal, stripe };
}

test('every place that shows money shows the same, and as much as Stripe and the cheques hold', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const { org, proposal, stripe } = await play(history);
      const { json: page } = await call(`GET /proposals/${proposal.id}`, { token: proposal.token });
      const { json: list } = await call('GET /proposals', { token: org.token });
      const { json: numbers } = await call('GET /reports/numbers?days=1', { token: org.token });
      const { json: attention } = await call('GET /reports/attention', { token: org.token });
      const label = `{org_id="${org.label}"}`;
      const own = `{org_id="${org.label}",currency="usd"}`;

      const { sessions, refunds, disputes } = await stripe.state();
      const sum = (rows: readonly number[]) => rows.reduce((total, cents) => total + cents, 0);
      const atStripe =
        sum(sessions.flatMap((made) => (made.payment_status === 'paid' ? [made.amount_total] : []))) -
        sum(refunds.map(({ amount }) => amount)) -
        sum(disputes.flatMap(({ status, amount }) => (status === 'lost' ? [amount] : [])));
      const cheques = page.payments.filter(({ method, reversed }: { method: string; reversed: boolean }) => {
        return method === 'cheque' && !reversed;
      });
      expect(page.held_cents).toBe(atStripe + 50_000 * cheques.length);

      expect(page.held_cents).toBe(page.paid_cents - page.refunded_cents - page.lost_cents);
      expect(page.due_cents).toBeGreaterThanOrEqual(0);
      expect(sum(page.schedule.map(({ amount_cents: cents }: { amount_cents: number }) => cents))).toBe(
        page.total_cents,
      );
      const { status, held_cents, due_cents, remaining_cents, deposit_cents, total_cents } = page;
      expect(list.data).toMatchObject([
        { status, held_cents, due_cents, remaining_cents, deposit_cents, total_cents },
      ]);
      expect(await statusOf(proposal.id)).toBe(status);
      expect(numbers).toMatchObject({
        ...{ revenue_cents: page.paid_cents, refunded_cents: page.refunded_cents },
        ...{ lost_cents: page.lost_cents, net_cents: held_cents },
      });
      expect(attention.anomalies).toEqual([]);
      const counted =
        (await metric(`crm_portal_payment_currency_amount_cents_sum${own}`)) -
        (await metric(`crm_portal_refund_currency_amount_cents_sum${own}`)) -
        page.lost_cents;
      expect(counted).toBe(atStripe);
      expect(await metric(`crm_portal_payment_amount_cents_sum${label}`)).toBe(
        await metric(`crm_portal_payment_currency_amount_cents_sum${own}`),
      );

      const checkout = await stripe.checkout({ proposal_id: proposal.id }, proposal.token);
      if (due_cents > 0) expect(checkout.json.amount_cents).toBe(due_cents);
      else expect(checkout.json.code).toMatch(/^(already_paid|nothing_due)$/);
    }),
    { numRuns: 25 },
  );
});
