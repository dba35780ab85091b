import { evictAllDurableObjects } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal, eventsOf, paidEvent } from '../support/world.ts';

type Org = Awaited<ReturnType<typeof createOrg>>;
const shards = (count: number) => ({ LOG_SHARDS: String(count) });

/** A deployment with another number of shards: every object restarts. */
const deploy = () => evictAllDurableObjects();

async function pay(org: Org, count: number): Promise<void> {
  const proposal = await createProposal(org.id);
  const json = paidEvent(proposal);
  expect((await call('POST /payments/webhook', { json, bindings: shards(count) })).status).toBe(200);
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
}

async function seriesOf(org: Org, count: number): Promise<string[]> {
  const { status, text } = await call('GET /metrics', { bindings: shards(count) });
  expect(status).toBe(200);
  return text.split('\n').filter((line) => line.includes(`org_id="${org.label}"`));
}

test('from 4 shards to 7 and back, nothing is lost or counted twice', async () => {
  const org = await createOrg();
  for (let index = 0; index < 5; index += 1) await pay(org, 4);
  const four = await seriesOf(org, 4);
  expect(four).toContain(`crm_portal_payments_total{org_id="${org.label}"} 5.0`);
  await deploy();
  expect(await seriesOf(org, 7)).toEqual(four);
  for (let index = 0; index < 5; index += 1) await pay(org, 7);
  const seven = await seriesOf(org, 7);
  expect(seven).toContain(`crm_portal_payments_total{org_id="${org.label}"} 10.0`);
  await deploy();
  expect(await seriesOf(org, 4)).toEqual(seven);
  await pay(org, 4);
  expect(await seriesOf(org, 4)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 11.0`);
});

test('while both run, as during a roll-out, every payment is recorded and ends in both sums', async () => {
  const org = await createOrg();
  const payments = Array.from({ length: 24 }, (_, index) => pay(org, index % 2 === 0 ? 4 : 7));
  await Promise.all(payments);
  await deploy();
  for (const count of [4, 7]) {
    expect(await seriesOf(org, count)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 24.0`);
  }
});
