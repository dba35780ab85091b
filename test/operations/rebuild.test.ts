import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';
import { bindings, createOrg, createProposal, paidEvent } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

const shards = Array.from({ length: 4 }, (_, index) => `${index}/4`).map((name) =>
  bindings.LOG_SHARD.getByName(name),
);

/** The series of one org, as a scrape shows them. */
async function seriesOf(org: { label: string }): Promise<string[]> {
  const { status, text } = await call('GET /metrics');
  expect(status).toBe(200);
  return text.split('\n').filter((line) => line.includes(`org_id="${org.label}"`));
}

async function paidOrg() {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  for (let index = 0; index < 4; index += 1) {
    const other = index === 0 ? proposal : await createProposal(org.id);
    await call('POST /payments/webhook', { json: paidEvent(other) });
  }
  return { ...org, proposal, series: await seriesOf(org) };
}

/** Doubles every sum of every shard, so that only what was folded again is right. */
async function spoil(): Promise<void> {
  for (const shard of shards) {
    await runInDurableObject(shard, (_, { storage }) => {
      storage.sql.exec('update sums set value = value * 2');
    });
    await evictDurableObject(shard);
  }
}

/** Waits until no shard is rebuilding. */
function untilRebuilt(): Promise<void> {
  return vi.waitFor(async () => {
    for (const shard of shards) {
      const mark = await runInDurableObject(shard, (_, { storage }) => storage.kv.get('rebuilding'));
      expect(mark).toBeUndefined();
    }
  });
}

const isSegment = (body: string) => body.includes('mod(coalesce');

test('a rebuild mends sums that are wrong', async () => {
  const org = await paidOrg();
  expect(org.series.length).toBeGreaterThan(3);
  await spoil();
  expect(await seriesOf(org)).not.toEqual(org.series);
  const answer = await call('POST /metrics/rebuild');
  expect([answer.status, answer.json]).toEqual([202, { rebuilding: true }]);
  await untilRebuilt();
  expect(await seriesOf(org)).toEqual(org.series);
  for (const shard of shards) await evictDurableObject(shard);
  expect(await seriesOf(org)).toEqual(org.series);
});

test('while a rebuild runs, scrapes show the sums of before, and new payments', async () => {
  const org = await paidOrg();
  let mayGoOn = false;
  onDatabase(async (send, body) => {
    while (isSegment(body) && !mayGoOn) await new Promise((resolve) => setTimeout(resolve, 1));
    return send();
  });
  await call('POST /metrics/rebuild');
  expect(await seriesOf(org)).toEqual(org.series);
  await call('POST /payments/webhook', { json: paidEvent(org.proposal) });
  expect(await seriesOf(org)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 5.0`);
  mayGoOn = true;
  await untilRebuilt();
  expect(await seriesOf(org)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 5.0`);
});

test('a rebuild loses and doubles no payment that comes in meanwhile', async () => {
  const org = await paidOrg();
  const proposals = await Promise.all(Array.from({ length: 8 }, () => createProposal(org.id)));
  await Promise.all([
    ...proposals.map((proposal) => call('POST /payments/webhook', { json: paidEvent(proposal) })),
    call('POST /metrics/rebuild'),
    call('POST /metrics/rebuild'),
  ]);
  await untilRebuilt();
  expect(await seriesOf(org)).toContain(`crm_portal_payments_total{org_id="${org.label}"} 12.0`);
});

test('a rebuild that was cut off shows the sums of before, and the next catch-up goes on with it', async () => {
  const org = await paidOrg();
  const fault = onDatabase(async (send, body) =>
    isSegment(body) ? new Response('{"message":"no"}', { status: 500 }) : send(),
  );
  await call('POST /metrics/rebuild');
  expect(await seriesOf(org)).toEqual(org.series);
  fault.mockRestore();
  await spoil();
  for (const shard of shards) await shard.catchUp();
  await untilRebuilt();
  expect(await seriesOf(org)).toEqual(org.series);
});

test('sums of another fold version are folded again', async () => {
  const org = await paidOrg();
  for (const shard of shards) {
    await runInDurableObject(shard, (_, { storage }) => {
      storage.kv.put('fold_version', 1);
      storage.sql.exec('update sums set value = value * 2');
    });
    await evictDurableObject(shard);
  }
  expect(await seriesOf(org)).toEqual(org.series);
});

test("only the operator may start a rebuild: no org's admin, and not the one who scrapes", async () => {
  const { token } = await createOrg();
  const OPERATOR_TOKEN = 'only-for-operators-only-for-operators';
  const METRICS_TOKEN = 'only-for-tests-only-for-tests';
  const rebuild = (bearer?: string) =>
    call('POST /metrics/rebuild', {
      ...(bearer ? { token: bearer } : {}),
      bindings: {
        ENVIRONMENT: 'production',
        PORTAL_PUBLIC_URL: 'https://portal.example',
        OPERATOR_TOKEN,
        METRICS_TOKEN,
      },
    });
  expect(await rebuild()).toMatchObject({ status: 401, json: { code: 'token_missing' } });
  for (const bearer of [token, METRICS_TOKEN]) {
    expect(await rebuild(bearer)).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
  }
  expect((await rebuild(OPERATOR_TOKEN)).status).toBe(202);
  await untilRebuilt();
});
