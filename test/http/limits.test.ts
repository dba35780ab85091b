import { afterEach, expect, test, vi } from 'vitest';
import type { Deps } from '../../src/deps.ts';
import { AtOnce } from '../../src/http/limits.ts';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';
import { metric } from '../support/metrics.ts';
import { createOrg, createProposal, eventsOf } from '../support/world.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Cloudflare's rate limit, played: it lets so many pass for each key. */
function rateLimit(most: number) {
  const seen = new Map<string, number>();
  return {
    seen,
    async limit({ key }: { key: string }) {
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return { success: count <= most };
    },
  };
}

const limited = (limit: string) => metric(`crm_portal_limited_requests_total{limit="${limit}"}`);

async function setUp() {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  return { org, proposal, route: `GET /proposals/${proposal.id}` };
}

test.each(['link', 'user', 'org'] as const)(
  'requests beyond what a %s may ask for are refused, and counted',
  async (name) => {
    const { org, proposal, route } = await setUp();
    const binding = rateLimit(2);
    const bindings = { [`${name.toUpperCase()}_RATE_LIMIT`]: binding };
    const token = name === 'link' ? proposal.token : org.token;
    const before = await limited(name);
    const answers = [];
    for (let time = 1; time <= 3; time += 1) answers.push(await call(route, { token, bindings }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const refused = answers[2];
    expect([refused?.json.code, refused?.headers.get('retry-after')]).toEqual(['rate_limited', '60']);
    const id = { link: proposal.id, user: org.actor.userId, org: org.id }[name];
    expect([...binding.seen]).toEqual([[name === 'org' ? `org:${id}` : `${name}:${id}:0`, 3]]);
    await vi.waitFor(async () => expect(await limited(name)).toBe(before + 1), { timeout: 15_000 });
  },
);

test('what is refused uses up no wider limit, nor that of the token that replaces a revoked one', async () => {
  const { org, proposal, route } = await setUp();
  const bindings = { LINK_RATE_LIMIT: rateLimit(2), ORG_RATE_LIMIT: rateLimit(4) };
  const ask = async (token: string) => (await call(route, { token, bindings })).status;
  const flood = [];
  for (let time = 0; time < 6; time += 1) flood.push(await ask(proposal.token));
  expect(flood).toEqual([200, 200, 429, 429, 429, 429]);
  await call(`POST /proposals/${proposal.id}/links/revoke`, { token: org.token });
  const sent = await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  const [, next = ''] = sent.json.portal_url.split('#token=');
  expect([await ask(next), await ask(org.token)]).toEqual([200, 200]);
  expect(await ask(org.token)).toBe(429);
});

test('an org counts its users and its customers together; another org does not', async () => {
  const [one, other] = [await setUp(), await setUp()];
  const bindings = { ORG_RATE_LIMIT: rateLimit(2) };
  const ask = async ({ route }: typeof one, token: string) => (await call(route, { token, bindings })).status;
  expect(await ask(one, one.org.token)).toBe(200);
  expect(await ask(one, one.proposal.token)).toBe(200);
  expect(await ask(one, one.proposal.token)).toBe(429);
  expect(await ask(other, other.org.token)).toBe(200);
});

test.each([
  ['numbers', 2],
  ['attention', 4],
])(
  'an isolate reads so many %s at once: %i; more are refused at once, and later ones are read',
  async (name, most) => {
    const { token } = await createOrg();
    let mayGoOn = false;
    const fault = onDatabase(async (send) => {
      while (!mayGoOn) await new Promise((resolve) => setTimeout(resolve, 1));
      return send();
    });
    const route = `GET /reports/${name}`;
    const reports = Array.from({ length: most }, () => call(route, { token }));
    await vi.waitFor(() => expect(fault.mock.calls.length).toBe(most));
    const refused = await call(route, { token });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    mayGoOn = true;
    expect((await Promise.all(reports)).map(({ status }) => status)).toEqual(Array(most).fill(200));
    expect((await call(route, { token })).status).toBe(200);
    fault.mockRestore();
  },
);

test('a request that dies gives its place back in the end', async () => {
  const deps = { count: () => {} } as unknown as Deps;
  const places = new AtOnce('numbers', 1);
  void places.run(deps, () => new Promise(() => {}));
  await expect(places.run(deps, async () => 'done')).rejects.toMatchObject({ code: 'rate_limited' });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  expect(await places.run(deps, async () => 'done')).toBe('done');
});

const item = { description: 'x'.repeat(500), quantity: 1, unit_price_cents: 1_000 };
const content = { title: 'Long', customer_name: 'Ada', customer_email: 'ada@example.com' };

test('line items that are too long together are refused, in a new proposal and in a change', async () => {
  const { org, proposal } = await setUp();
  const json = { ...content, line_items: Array.from({ length: 70 }, () => item) };
  const refusal = {
    status: 400,
    json: { code: 'invalid_request', errors: [{ pointer: '#/line_items', code: 'too_long' }] },
  };
  expect(await call('POST /proposals', { token: org.token, json })).toMatchObject(refusal);
  const route = `PATCH /proposals/${proposal.id}`;
  expect(await call(route, { token: org.token, json })).toMatchObject(refusal);
  expect(await eventsOf(proposal.id)).toEqual([]);
  const most = { ...content, line_items: Array.from({ length: 55 }, () => item) };
  expect((await call(route, { token: org.token, json: most })).status).toBe(200);
});

test('lists are without contents: fifty changes of the longest proposal are a page of 60 KB at most', async () => {
  const { org, proposal } = await setUp();
  const line_items = Array.from({ length: 55 }, () => item);
  for (let version = 1; version <= 55; version += 1) {
    const json = { title: `Version ${version}`, line_items, version };
    const answer = await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
    expect(answer.status).toBe(200);
  }
  const activity = await call(`GET /proposals/${proposal.id}/activity`, { token: org.token });
  expect(activity.json.data).toHaveLength(50);
  expect(activity.text.length).toBeLessThan(60_000);
  expect(activity.text).not.toContain('xxx');
  const list = await call('GET /proposals', { token: org.token });
  expect(list.json.data).toMatchObject([{ id: proposal.id, title: 'Version 55', total_cents: 55_000 }]);
  expect(list.text).not.toContain('xxx');
});
