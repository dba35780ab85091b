import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { orgs, proposals } from '../../src/db/schema.ts';
import worker from '../../src/index.ts';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { bindings, createOrg, createProposal, db } from '../support/world.ts';

/** What the cron trigger does. */
const cron = () => worker.scheduled(createScheduledController(), bindings, createExecutionContext());

const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function offered(orgId: number, terms: Partial<typeof proposals.$inferInsert>) {
  const proposal = await createProposal(orgId, 'draft');
  await db.update(proposals).set(terms).where(eq(proposals.id, proposal.id));
  return proposal;
}

const approval = { name: 'Ada Lovelace', version: 1 };

test('instalments past their date and offers past their last day are gauges that the cron sets', async () => {
  const org = await createOrg();
  const expired = 'crm_portal_proposals_expired';
  const overdue = `crm_portal_instalments_overdue{org_id="${org.label}",currency="usd"}`;
  await cron();
  expect(await metric(overdue)).toBe(0);

  const late = await offered(org.id, {
    schedule: [
      { key: 'deposit', label: 'Deposit', percent: 30, due: 'approval' },
      { key: 'part-2', label: 'Second', percent: 30, due: { date: dayFromNow(-2) } },
      { key: 'balance', label: 'Rest', rest: true, due: { date: dayFromNow(2) } },
    ],
  });
  await call(`POST /proposals/${late.id}/approve`, { token: late.token, json: approval });
  const offer = await offered(org.id, { validUntil: dayFromNow(2) });
  await call(`POST /proposals/${offer.id}/send`, { token: org.token, json: {} });
  await db
    .update(proposals)
    .set({ validUntil: dayFromNow(-2) })
    .where(eq(proposals.id, offer.id));
  // Never sent: it is no offer, whatever its date.
  await offered(org.id, { validUntil: dayFromNow(-2) });
  await cron();
  expect(await metric(overdue)).toBe(1);
  expect(await metric(expired)).toBeGreaterThanOrEqual(1); // other tests' offers run out too
  expect((await call(`GET /metrics?org_id=${org.label}`)).text).toContain(`${overdue} 1.0\n`);

  const received = { method: 'cheque', amount_cents: 1_000_000, received_on: dayFromNow(0) };
  await call(`POST /proposals/${late.id}/payments`, { token: org.token, json: received });
  await cron();
  expect(await metric(overdue)).toBe(0);
});

test('a date is over where the org is', async () => {
  // It is today there for some hours yet, or already tomorrow.
  const [west, east] = await Promise.all([createOrg(), createOrg()]);
  const yesterday = dayFromNow(-1);
  await db.update(orgs).set({ timeZone: 'Etc/GMT+12' }).where(eq(orgs.id, west.id));
  await db.update(orgs).set({ timeZone: 'Etc/GMT-14' }).where(eq(orgs.id, east.id));
  const schedule = [{ key: 'part-1', label: 'All', rest: true as const, due: { date: yesterday } }];
  for (const org of [west, east]) {
    const proposal = await offered(org.id, { schedule });
    await call(`POST /proposals/${proposal.id}/approve`, { token: proposal.token, json: approval });
  }
  await cron();
  const overdueOf = (label: string) =>
    metric(`crm_portal_instalments_overdue{org_id="${label}",currency="usd"}`);
  const hour = new Date().getUTCHours();
  expect([await overdueOf(west.label), await overdueOf(east.label)]).toEqual([hour < 12 ? 0 : 1, 1]);
});
