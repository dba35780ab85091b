import { evictAllDurableObjects } from 'cloudflare:test';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';
import { createOrg, createProposal, db, paidEvent } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

const production = { ENVIRONMENT: 'production', METRICS_TOKEN: 'only-for-tests-only-for-tests' } as const;
const scrape = (authorization?: string) =>
  call('GET /metrics', { bindings: production, headers: authorization ? { authorization } : {} });

test('outside development, a scrape needs the metrics token', async () => {
  expect(await scrape()).toMatchObject({ status: 401, json: { code: 'token_missing' } });
  expect(await scrape('Bearer wrong')).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
  expect(await scrape(`Basic ${production.METRICS_TOKEN}`)).toMatchObject({
    status: 401,
    json: { code: 'token_invalid' },
  });
  const answer = await scrape(`Bearer ${production.METRICS_TOKEN}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('a scrape equals the sums over the log, for each org', async () => {
  const orgs = [await createOrg(), await createOrg()];
  for (const org of orgs) {
    for (const amount of [472_500, 100]) {
      const proposal = await createProposal(org.id);
      await call('POST /payments/webhook', { json: paidEvent(proposal, { amount_total: amount }) });
    }
    await call('POST /leads', { token: org.token, json: { name: 'Ada' } });
  }
  const { rows } = await db.execute<{ org_id: string; payments: string; cents: string; leads: string }>(sql`
    select org_id::text, count(*) filter (where event = 'payment_success')::text as payments,
      (sum((meta->>'amount_cents')::bigint) filter (where event = 'payment_success'))::text as cents,
      count(*) filter (where event = 'lead_created')::text as leads
    from portal_activity_log where org_id in (${orgs[0]?.id}, ${orgs[1]?.id}) group by org_id`);
  expect(rows).toHaveLength(2);

  const { text } = await call('GET /metrics');
  const samples = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]));
  const sample = (name: string, orgId: string) => Number(samples.get(`${name}{org_id="${orgId}"}`) ?? 0);
  for (const { org_id, payments, cents, leads } of rows) {
    expect(sample('crm_portal_payments_total', org_id)).toBe(Number(payments));
    expect(sample('crm_portal_payment_amount_cents_count', org_id)).toBe(Number(payments));
    expect(sample('crm_portal_payment_amount_cents_sum', org_id)).toBe(Number(cents));
    expect(sample('crm_leads_created_total', org_id)).toBe(Number(leads));
  }
  for (const org of orgs) expect(sample('crm_portal_payment_amount_cents_sum', org.label)).toBe(472_600);
});

describe('a scrape of one org', () => {
  const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  test('has the lines that the whole scrape has of it, and no others', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    for (const { id } of [org, org, other]) {
      await call('POST /payments/webhook', { json: paidEvent(await createProposal(id)) });
    }
    for (const accept of ['text/plain', 'application/openmetrics-text']) {
      const headers = { accept };
      const whole = linesOf((await call('GET /metrics', { headers })).text);
      const one = await call(`GET /metrics?org_id=${org.label}`, { headers });
      const expected = whole.filter((line) => line.includes(`{org_id="${org.label}"`));
      expect(expected.length).toBeGreaterThan(10);
      expect(linesOf(one.text)).toEqual(expected);
      expect(one.text.endsWith('# EOF\n')).toBe(accept !== 'text/plain');
      expect(one.text).not.toContain('crm_portal_webhook_events'); // of no org
    }
  });

  test('of which nothing is known has no samples', async () => {
    const answer = await call('GET /metrics?org_id=9007199254740991');
    expect([answer.status, linesOf(answer.text)]).toEqual([200, []]);
  });

  test.each(['', '0', '-1', '1.5', 'x', '1"', '99999999999999999999'])(
    'is refused for the id %j',
    async (id) => {
      expect(await call(`GET /metrics?org_id=${encodeURIComponent(id)}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_request', errors: [{ pointer: '#/org_id' }] },
      });
    },
  );

  test('needs the metrics token, before its query is looked at', async () => {
    expect(await call('GET /metrics?org_id=x', { bindings: production })).toMatchObject({ status: 401 });
  });
});

test('while a shard cannot catch up, a scrape is a 503 and never partial', async () => {
  await evictAllDurableObjects();
  onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
  expect(await call('GET /metrics')).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
});
