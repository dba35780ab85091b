import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db } from '../support/world.ts';

async function setUp() {
  const org = await createOrg();
  const { id } = await createProposal(org.id, 'draft');
  const path = `/proposals/${id}`;
  const as = (token: string) => ({
    list: () => call(`GET ${path}/links`, { token }),
    send: () => call(`POST ${path}/send`, { token, json: { mail: false } }),
    revoke: () => call(`POST ${path}/links/revoke`, { token }),
    change: (json: object) => call(`PATCH ${path}`, { token, json }),
    makeVoid: () => call(`POST ${path}/void`, { token }),
  });
  /** The customer looks at the proposal by the link that was sent. */
  async function open(sent: Awaited<ReturnType<ReturnType<typeof as>['send']>>) {
    const token = sent.json.portal_url.split('#token=')[1];
    expect((await call(`POST ${path}/view`, { token })).status).toBe(200);
  }
  return { org, id, ...as(org.token), as, open };
}

test('a link says by whom and to whom it was sent, whether it was opened, and until when it works', async () => {
  const { org, list, send, open } = await setUp();
  expect((await list()).json).toEqual({ data: [] });
  const sent = await send();
  const link = { sent_by: org.email, version: 1, mailed: false, state: 'open', opened_at: null };
  const [first] = (await list()).json.data;
  expect(first).toMatchObject({ ...link, to: 'ada@example.com', ends_at: sent.json.expires_at });
  await open(sent);
  const [opened] = (await list()).json.data;
  expect(Date.parse(opened.opened_at)).toBeGreaterThanOrEqual(Date.parse(opened.sent_at));
  expect(Date.parse(opened.ends_at)).toBeGreaterThanOrEqual(Date.parse(first.ends_at)); // something happened
});

test('links that were withdrawn, replaced by a corrected address, or are of a void proposal say so', async () => {
  const { list, send, revoke, change, makeVoid } = await setUp();
  const states = async () =>
    (await list()).json.data.map(({ state, to }: { state: string; to: string | null }) => [state, to]);
  await send();
  await revoke();
  expect(await states()).toEqual([['withdrawn', null]]);
  await send();
  await change({ customer_email: 'grace@example.com' });
  expect(await states()).toEqual([
    ['replaced', null],
    ['withdrawn', null],
  ]);
  const [replaced] = (await list()).json.data;
  expect(Date.parse(replaced.ends_at)).toBeGreaterThanOrEqual(Date.parse(replaced.sent_at));
  await send();
  await change({ customer_name: 'Grace' }); // which ends nothing
  expect((await states())[0]).toEqual(['open', 'grace@example.com']);
  await makeVoid();
  expect((await states())[0]).toEqual(['ended', 'grace@example.com']);
});

test('a link on whose proposal nothing has happened for 180 days has ended', async () => {
  const { org, id, list } = await setUp();
  await db.execute(sql`insert into portal_activity_log (org_id, proposal_id, seq, event, meta, actor, dedupe_key, created_at)
    select ${org.id}::bigint, ${id}::bigint, 1, 'sent',
      json_build_object('version', 1, 'expires_at', '2026-01-01T00:00:00Z', 'user_id', ${org.actor.userId}::int)::jsonb,
      'staff', ${`sent:${id}:old`}::text, now() - interval '181 days'`);
  expect((await list()).json.data).toMatchObject([{ state: 'ended', sent_by: org.email }]);
});

test('another org’s proposal has no links to see', async () => {
  const { send, as } = await setUp();
  await send();
  const { token } = await createOrg();
  const answer = await as(token).list();
  expect(answer).toMatchObject({ status: 404, json: { code: 'proposal_not_found' } });
});
