import { describe, expect, test } from 'vitest';
import { activityLog } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db } from '../support/world.ts';

type Org = Awaited<ReturnType<typeof createOrg>>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A story of one proposal in the log, each entry so many milliseconds ago. */
async function record(org: Org, ...entries: [event: string, ago: number, meta?: object][]) {
  const { id } = await createProposal(org.id, 'draft');
  await db.insert(activityLog).values(
    entries.map(([event, ago, meta = {}], index) => ({
      orgId: org.id,
      proposalId: id,
      seq: index + 1,
      event: event as 'view',
      actor: 'stripe' as const,
      meta: meta as Record<string, never>,
      dedupeKey: `${event}:${id}:${index}`,
      createdAt: new Date(Date.now() - ago),
    })),
  );
}

const paid = (amount_cents: number, ago: number, secondsSinceApproval: number) => ({
  amount_cents,
  approved_at: new Date(Date.now() - ago - secondsSinceApproval * 1000).toISOString(),
});

const numbers = async (org: Org, query = '') =>
  (await call(`GET /reports/numbers${query}`, { token: org.token })).json;

describe('the numbers', () => {
  test('of an org without entries are zeros, one row per day', async () => {
    const answer = await numbers(await createOrg());
    expect(answer).toMatchObject({
      payments: 0,
      revenue_cents: 0,
      average_deposit_cents: 0,
      refunded_cents: 0,
      disputes: 0,
      funnel: { leads: 0, sent: 0, viewed: 0, approved: 0, paid: 0 },
      velocity_seconds: { p50: null, p90: null },
    });
    expect(answer.days).toHaveLength(30);
    expect(answer.days.at(-1)).toEqual({
      date: new Date().toISOString().slice(0, 10),
      payments: 0,
      revenue_cents: 0,
    });
  });

  test('are what the log says, for the org only', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    await record(other, ['payment_success', 0, paid(999_999, 0, 5)]);
    await call('POST /leads', { token: org.token, json: { name: 'Ada' } });
    await record(
      org,
      ['sent', 0],
      ['view', 0],
      ['view', 0],
      ['approve', 0],
      ['payment_success', 0, paid(10_000, 0, 60)],
    );
    await record(org, ['view', 0], ['approve', 0], ['payment_success', 0, paid(20_001, 0, 600)]);
    await record(org, ['view', 0], ['dispute_opened', 0, { status: 'needs_response' }]);
    await record(org, ['dispute_opened', 0, { status: 'warning_needs_response' }]); // an inquiry
    await record(
      org,
      ['payment_refunded', 0, { amount_cents: 700 }],
      ['payment_refunded', 0, { amount_cents: 50 }],
    );
    await record(org, ['refund_failed', 0, { amount_cents: 50 }]);
    const answer = await numbers(org, '?days=2');
    expect(answer).toMatchObject({
      payments: 2,
      revenue_cents: 30_001,
      average_deposit_cents: 15_001,
      refunded_cents: 700,
      disputes: 1,
      funnel: { leads: 1, sent: 1, viewed: 3, approved: 2, paid: 2 },
      velocity_seconds: { p50: 330, p90: 546 },
    });
    expect(answer.days.map(({ payments }: { payments: number }) => payments)).toEqual([0, 2]);
  });

  test('never add yen to dollars', async () => {
    const org = await createOrg();
    await record(org, ['payment_success', 0, { ...paid(700_000, 0, 1), currency: 'jpy' }]);
    await record(org, ['payment_success', 0, { ...paid(100, 0, 1), currency: 'usd' }]);
    const answer = await numbers(org, '?days=1');
    expect(answer).toMatchObject({ payments: 2, revenue_cents: 100, average_deposit_cents: 100 });
    expect(answer.days).toMatchObject([{ payments: 2, revenue_cents: 100 }]);
  });

  test('cover the period and nothing before it', async () => {
    const org = await createOrg();
    const [inside, outside] = [2 * dayMs, 40 * dayMs];
    await record(org, ['payment_success', inside, paid(100, inside, 1)]);
    await record(org, ['payment_success', outside, paid(900, outside, 1)]);
    expect(await numbers(org)).toMatchObject({ payments: 1, revenue_cents: 100 });
    expect(await numbers(org, '?days=60')).toMatchObject({ payments: 2, revenue_cents: 1_000 });
    expect(await numbers(org, '?days=1')).toMatchObject({ payments: 0, days: [{ payments: 0 }] });
  });

  test("count days in the reader's time zone", async () => {
    const org = await createOrg();
    await record(org, ['payment_success', 0, paid(100, 0, 1)]);
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const { days } = await numbers(org, `?days=3&time_zone=${zone}`);
      const today = new Intl.DateTimeFormat('sv', { timeZone: zone }).format(new Date());
      expect(days.at(-1)).toEqual({ date: today, payments: 1, revenue_cents: 100 });
    }
  });

  test.each(['days=0', 'days=367', 'days=x', 'time_zone=Mars/Olympus', 'time_zone='])(
    'refuse %s',
    async (query) => {
      const { token } = await createOrg();
      expect(await call(`GET /reports/numbers?${query}`, { token })).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      });
    },
  );
});
