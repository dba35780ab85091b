import { evictAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { beforeEach, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';
import { bindings, createOrg, createProposal, paidEvent, tokens } from '../support/world.ts';

beforeEach(() => evictAllDurableObjects()); // so that they forget their last rebuild

/** The series of one org, as a scrape shows them. */
async function seriesOf(org: { label: string }): Promise<string[]> {
  const { text } = await call('GET /metrics');
  return text.split('\n').filter((line) => line.includes(`org_id="${org.label}"`));
}

async function paidOrg() {
  const org = await createOrg();
  for (let index = 0; index < 4; index += 1) {
    await call('POST /payments/webhook', { json: paidEvent(await createProposal(org.id)) });
  }
  return { ...org, series: await seriesOf(org) };
}

test('a rebuild yields the same series', async () => {
  const org = await paidOrg();
  expect(org.series.length).toBeGreaterThan(3);
  const answer = await call('POST /metrics/rebuild', { token: org.token });
  expect([answer.status, answer.json]).toEqual([202, { rebuilding: true }]);
  expect(await seriesOf(org)).toEqual(org.series);
});

test('a rebuild loses and doubles no payment that comes in meanwhile', async () => {
  const org = await paidOrg();
  const proposals = await Promise.all(Array.from({ length: 8 }, () => createProposal(org.id)));
  await Promise.all([
    ...proposals.map((proposal) => call('POST /payments/webhook', { json: paidEvent(proposal) })),
    call('POST /metrics/rebuild', { token: org.token }),
    call('POST /metrics/rebuild', { token: org.token }),
  ]);
  expect(await seriesOf(org)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 12.0`);
});

test('while a rebuild that failed is unfinished, a scrape is a 503 and no drop', async () => {
  const org = await paidOrg();
  const fault = onDatabase(async () => new Response('{"message":"no"}', { status: 500 }));
  await call('POST /metrics/rebuild', { token: org.token });
  expect((await call('GET /metrics')).status).toBe(503);
  fault.mockRestore();
  expect(await seriesOf(org)).toEqual(org.series);
});

test('sums of another fold version are folded again', async () => {
  const org = await paidOrg();
  for (let index = 0; index < 4; index += 1) {
    const shard = bindings.LOG_SHARD.getByName(`${index}/4`);
    await runInDurableObject(shard, (_, { storage }) => {
      storage.kv.put('fold_version', 1);
      storage.sql.exec('update sums set value = value * 2');
    });
    await evictDurableObject(shard);
  }
  expect(await seriesOf(org)).toEqual(org.series);
});

test('only an admin may start a rebuild', async () => {
  const org = await createOrg();
  const token = await tokens.signStaff({ ...org.actor, role: 'staff' }, new Date());
  expect(await call('POST /metrics/rebuild', { token })).toMatchObject({
    status: 403,
    json: { code: 'forbidden' },
  });
});
