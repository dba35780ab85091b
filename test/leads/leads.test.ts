import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { createOrg, rowCounts } from '../support/world.ts';

test('a lead is created, listed for its org only, and counted', async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const json = { name: 'Ada Lovelace', email: 'ada@example.com', source: 'fair' };
  const created = await call('POST /leads', { token: org.token, json });
  expect(created).toMatchObject({ status: 201, json: { ...json, phone: null } });

  const listed = await call('GET /leads', { token: org.token });
  expect(listed.json).toMatchObject({
    data: [{ id: created.json.id, name: 'Ada Lovelace' }],
    next_cursor: null,
  });
  expect((await call('GET /leads', { token: other.token })).json.data).toEqual([]);
  expect(await metric(`crm_leads_created_total{org_id="${org.label}"}`)).toBe(1);
});

test('with an idempotency key, a replay and the loser of a race get the same lead, once', async () => {
  const org = await createOrg();
  const post = () =>
    call('POST /leads', {
      token: org.token,
      json: { name: 'Ada' },
      headers: { 'idempotency-key': 'form-1' },
    });
  const answers = [...(await Promise.all([post(), post(), post()])), await post()];
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
  expect((await call('GET /leads', { token: org.token })).json.data).toHaveLength(1);
  expect(await metric(`crm_leads_created_total{org_id="${org.label}"}`)).toBe(1);
});

test('the same key with another body makes another lead', async () => {
  const org = await createOrg();
  const post = (name: string) =>
    call('POST /leads', { token: org.token, json: { name }, headers: { 'idempotency-key': 'form-1' } });
  const [ada, grace] = [await post('Ada'), await post('Grace')];
  expect(ada.json.id).not.toBe(grace.json.id);
  expect((await call('GET /leads', { token: org.token })).json.data).toHaveLength(2);
});

test('the same key in another org makes another lead', async () => {
  const post = (token: string) =>
    call('POST /leads', { token, json: { name: 'Ada' }, headers: { 'idempotency-key': 'form-1' } });
  const [one, two] = await Promise.all([post((await createOrg()).token), post((await createOrg()).token)]);
  expect(one.json.id).not.toBe(two.json.id);
});

test('leads come in pages, newest first, each exactly once', async () => {
  const org = await createOrg();
  const names = Array.from({ length: 60 }, (_, index) => `lead ${index}`);
  await Promise.all(names.map((name) => call('POST /leads', { token: org.token, json: { name } })));
  const first = await call('GET /leads', { token: org.token });
  const second = await call(`GET /leads?cursor=${first.json.next_cursor}`, { token: org.token });
  expect([first.json.data.length, second.json.data.length, second.json.next_cursor]).toEqual([50, 10, null]);
  const seen = [...first.json.data, ...second.json.data].map(({ name }: { name: string }) => name);
  expect(new Set(seen)).toEqual(new Set(names));
});

test("a cursor is scoped like its list: another org's lead has no place in it", async () => {
  const [org, other] = [await createOrg(), await createOrg()];
  const made = [];
  for (const { token } of [org, other, org]) {
    made.push((await call('POST /leads', { token, json: { name: 'Ada' } })).json.id);
  }
  const [first, foreign, last] = made;
  const page = async (cursor: string) =>
    (await call(`GET /leads?cursor=${cursor}`, { token: org.token })).json;
  expect((await page(last)).data.map(({ id }: { id: string }) => id)).toEqual([first]);
  expect(await page(foreign)).toEqual(await page(crypto.randomUUID()));
});

test.each([
  {},
  { name: '' },
  { name: '\u3164' },
  { name: '\u115f\u1160 \uffa0' },
  { name: 'x'.repeat(201) },
  { name: 'zero \0 byte' },
  { name: 'half a pair \ud800' },
  { name: 'Ada', email: 'not an address' },
])('refuses %j and changes nothing', async (json) => {
  const { token } = await createOrg();
  const before = await rowCounts();
  expect(await call('POST /leads', { token, json })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request' },
  });
  expect(await rowCounts()).toEqual(before);
});
