import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { channels, orgs, users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db, rowCounts, tokens } from '../support/world.ts';

type Org = Awaited<ReturnType<typeof createOrg>>;

const change = ({ token }: Pick<Org, 'token'>, json: object) => call('PATCH /org', { token, json });

const read = async ({ token }: Pick<Org, 'token'>) => (await call('GET /org', { token })).json;

const mailOf = async ({ id }: Pick<Org, 'id'>) =>
  (await db.select().from(channels).where(eq(channels.orgId, id)))[0];

const proposal = {
  ...{ title: 'Kitchen', customer_name: 'Ada Lovelace', customer_email: 'ada@example.com' },
  line_items: [{ description: 'Cabinets', quantity: 1, unit_price_cents: 100_000 }],
};

test('what an org has not set is as deployed', async () => {
  expect(await read(await createOrg())).toMatchObject({
    ...{ name: 'Test', currency: 'usd', email: null, time_zone: 'UTC', deposit: { percent: 30 } },
    ...{ valid_days: null, pay_in_full: false, terms: null, next_steps: null, reminder_days: [1, 3, 7] },
    ...{ notify: { viewed: 'everyone', bounced: 'everyone' }, mail: 'off' },
  });
});

test('each setting is changed by itself, and what is missing stays', async () => {
  const org = await createOrg();
  const changes = [
    { name: 'Küchen & Söhne' },
    { email: 'office@example.com' },
    { time_zone: 'Europe/Berlin' },
    { deposit: { percent: 12.5 } },
    { valid_days: 30 },
    { pay_in_full: true },
    { terms: 'Pay within\nten days.' },
    { next_steps: 'We call you.' },
    { reminder_days: [2, 10] },
    { mail: 'on' },
  ];
  let expected = await read(org);
  for (const one of changes) {
    expected = { ...expected, ...one };
    expect(await change(org, one)).toMatchObject({ status: 200, json: expected });
  }
  const notify = { ...expected.notify, viewed: 'none', paid: 'admins' };
  await change(org, { notify: { viewed: 'none' } });
  expect((await change(org, { notify: { paid: 'admins' } })).json).toEqual({ ...expected, notify });
  const back = {
    email: null,
    deposit: null,
    valid_days: null,
    terms: '',
    next_steps: null,
    reminder_days: [],
  };
  expect((await change(org, back)).json).toEqual({ ...expected, ...back, notify, terms: null });
  const { json } = await call('GET /audit?action=settings_changed', { token: org.token });
  expect(json.data[0].about).toBe('deposit, email, next_steps, reminder_days, terms, valid_days');
  expect(json.data).toHaveLength(13);
});

test('a replay changes nothing, and is no second entry', async () => {
  const org = await createOrg();
  const json = { deposit: { percent: 20 }, mail: 'on', notify: { paid: 'admins' } };
  await change(org, json);
  const before = [await read(org), await mailOf(org), await rowCounts()];
  expect((await change(org, json)).status).toBe(200);
  expect([await read(org), await mailOf(org), await rowCounts()]).toEqual(before);
});

test('of two changes at once both hold, and of the same setting one', async () => {
  const org = await createOrg();
  const sent = [{ valid_days: 10 }, { valid_days: 20 }, { pay_in_full: true }, { notify: { paid: 'none' } }];
  const answers = await Promise.all(
    [...sent, { notify: { viewed: 'none' } }].map((json) => change(org, json)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const after = await read(org);
  expect(after).toMatchObject({ pay_in_full: true, notify: { paid: 'none', viewed: 'none' } });
  expect([10, 20]).toContain(after.valid_days);
});

test('a token that has ended changes nothing', async () => {
  const org = await createOrg();
  await call('POST /auth/sessions/end', { token: org.token });
  const before = await rowCounts();
  expect(await change(org, { name: 'Late' })).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
  expect(await rowCounts()).toEqual(before);
});

test('nothing to change changes nothing', async () => {
  const org = await createOrg();
  const before = await rowCounts();
  expect((await change(org, {})).status).toBe(200);
  expect(await rowCounts()).toEqual(before);
});

test('new proposals take the settings, and those that exist keep their terms', async () => {
  const org = await createOrg();
  const create = async () =>
    (await call('POST /proposals', { token: org.token, json: proposal })).json.id as number;
  const depositOf = async (id: number) =>
    (await call(`GET /proposals/${id}`, { token: org.token })).json.schedule[0].amount_cents;
  const before = await create();
  await change(org, { deposit: { amount_cents: 40_000 }, terms: 'New terms' });
  const after = await create();
  expect([await depositOf(before), await depositOf(after)]).toEqual([30_000, 40_000]);
  expect((await call(`GET /proposals/${before}`, { token: org.token })).json.terms).toBe(null);
  await change(org, { deposit: { percent: 50 } });
  expect(await depositOf(before)).toBe(30_000);
});

test('a whole percentage is kept where earlier releases look for it, too', async () => {
  const org = await createOrg();
  await change(org, { deposit: { percent: 25 } });
  const [row] = await db.select().from(orgs).where(eq(orgs.id, org.id));
  expect([row?.deposit, row?.depositPercent]).toEqual([{ percent: 25 }, 25]);
});

test('mail that is switched on again is another generation, and a second click the same', async () => {
  const org = await createOrg();
  await change(org, { mail: 'on' });
  const first = await mailOf(org);
  await change(org, { mail: 'on' });
  expect(await mailOf(org)).toEqual(first);
  await change(org, { mail: 'off' });
  expect(await mailOf(org)).toMatchObject({ generation: first?.generation, since: null });
  await change(org, { mail: 'on' });
  const { generation, since } = (await mailOf(org)) ?? {};
  expect(generation).toBe((first?.generation ?? 0) + 1);
  expect(since?.getTime()).toBeGreaterThan(first?.since?.getTime() ?? 0);
});

describe('is refused', () => {
  test.each<[string, object, string]>([
    ['a name without a letter', { name: ' – ' }, '#/name'],
    ['a name of 201 letters', { name: 'a'.repeat(201) }, '#/name'],
    ['an address that is none', { email: 'office' }, '#/email'],
    ['a time zone that is none', { time_zone: 'Europe/Atlantis' }, '#/time_zone'],
    ['a deposit above all', { deposit: { percent: 101 } }, '#/deposit'],
    ['a deposit of nothing', { deposit: { amount_cents: 0 } }, '#/deposit'],
    ['no day', { valid_days: 0 }, '#/valid_days'],
    ['reminders out of order', { reminder_days: [3, 1] }, '#/reminder_days'],
    ['four reminders', { reminder_days: [1, 2, 3, 4] }, '#/reminder_days'],
    ['a topic that is none', { notify: { weather: 'none' } }, '#/notify/weather'],
    ['readers that are none', { notify: { paid: 'nobody' } }, '#/notify/paid'],
    ['mail in between', { mail: 'not_configured' }, '#/mail'],
    ['terms of 10,001 letters', { terms: 'a'.repeat(10_001) }, '#/terms'],
  ])('%s, at the field, and nothing is changed', async (_, json, pointer) => {
    const org = await createOrg();
    const before = await read(org);
    const answer = await change(org, { ...json, pay_in_full: true });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(answer.json.errors[0].pointer).toContain(pointer);
    expect(await read(org)).toEqual(before);
  });

  test('to staff, viewers, customers and another org', async () => {
    const org = await createOrg();
    const before = await read(org);
    for (const role of ['staff', 'viewer'] as const) {
      const email = `${crypto.randomUUID()}@example.com`;
      const [user] = await db
        .insert(users)
        .values({ orgId: org.id, email, passwordHash: 'none', role })
        .returning({ id: users.id });
      const token = await tokens.signStaff(
        { kind: 'staff', userId: user?.id ?? 0, orgId: org.id, email, role },
        new Date(),
      );
      expect(await change({ token }, { name: 'Mine' })).toMatchObject({ status: 403 });
      expect(await read({ token })).toEqual(before);
    }
    const { token } = await createProposal(org.id);
    expect(await change({ token }, { name: 'Mine' })).toMatchObject({ status: 403 });
    await change(await createOrg(), { name: 'Theirs' });
    expect(await read(org)).toEqual(before);
  });
});
