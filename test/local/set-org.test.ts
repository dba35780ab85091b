import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, type Postgres, startEmbeddedPostgres, withClient } from '../../local/postgres.ts';
import { seed } from '../../local/seed.ts';
import { topics } from '../../src/domain/notify.ts';

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres();
  await migrate(postgres.url);
  await seed(postgres.url);
}, 60_000);

afterAll(() => postgres.stop());

function run(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: postgres.url };
    execFile('node', ['local/set-org.ts', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, text: `${stdout}${stderr}` });
    });
  });
}

test('an org gets what new proposals start with, and keeps what is not named', async () => {
  const all = [
    '--time-zone',
    'Europe/Berlin',
    '--valid-days',
    '30',
    '--pay-in-full',
    'yes',
    '--terms',
    'Net 14.',
  ];
  expect((await run('--org', '1', '--deposit', '33.5%', ...all)).code).toBe(0);
  const { code, text } = await run('--org', '1', '--deposit', '400.00');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toEqual({
    ...{ org: 1, name: 'PeakPro', currency: 'usd', time_zone: 'Europe/Berlin' },
    ...{ deposit: { amount_cents: 40_000 }, valid_days: 30, pay_in_full: true, terms: 'Net 14.' },
    ...{ email: 'admin@peakpro.io', mail: 'on', reminders: [1, 3, 7], next_steps: null },
    notify: Object.fromEntries(topics.map((topic) => [topic, 'everyone'])),
  });
  expect(JSON.parse((await run('--org', '2', '--deposit', 'none')).text)).toMatchObject({
    deposit: { none: true },
  });
}, 30_000);

test('an org says when customers are reminded, what happens next, and who is mailed what', async () => {
  const next = 'We will call you.';
  await run('--org', '2', '--notify', 'viewed=none,paid=admins', '--reminders', '2,14', '--next-steps', next);
  const { text } = await run('--org', '2', '--notify', 'paid=everyone');
  expect(JSON.parse(text)).toMatchObject({
    ...{ reminders: [2, 14], next_steps: next },
    notify: { viewed: 'none', paid: 'everyone', disputed: 'everyone' },
  });
  const off = await run('--org', '2', '--reminders', 'none', '--next-steps', 'none');
  expect(JSON.parse(off.text)).toMatchObject({ reminders: [], next_steps: null });
}, 30_000);

test('mail that is switched on again is another generation, and owes nothing from before', async () => {
  const channel = () =>
    withClient(postgres.url, async (client) => {
      const { rows } = await client.query('select generation, since from channels where org_id = 2');
      return rows[0] as { generation: number; since: Date | null };
    });
  const first = await channel();
  expect(JSON.parse((await run('--org', '2', '--mail', 'on')).text).mail).toBe('on');
  expect(await channel()).toEqual(first);
  expect(JSON.parse((await run('--org', '2', '--mail', 'off')).text).mail).toBe('off');
  expect(await channel()).toEqual({ generation: 1, since: null });
  await run('--org', '2', '--mail', 'on', '--email', 'roofs@resend.dev');
  const { generation, since } = await channel();
  expect(generation).toBe(2);
  expect(since?.getTime()).toBeGreaterThan(first.since?.getTime() ?? 0);
}, 30_000);

test.each([
  [[], 'Usage'],
  [['--org', '1', '--mail', 'maybe'], 'neither on nor off'],
  [['--org', '1', '--email', 'nobody'], 'is no address'],
  [['--org', '1', '--reminders', '3,1'], 'are not up to three days in order'],
  [['--org', '1', '--reminders', '1,2,3,4'], 'are not up to three days in order'],
  [['--org', '1', '--notify', 'paid=nobody'], 'Cannot set paid=nobody. Topics: viewed,'],
  [['--org', '1', '--notify', 'lunch=none'], 'Cannot set lunch=none. Topics: viewed,'],
  [['--org', '9'], 'There is no org 9.'],
  [['--org', '1', '--deposit', '33.333%'], 'is not a percentage'],
  [['--org', '1', '--time-zone', 'Mars/Olympus'], 'is not a time zone'],
])('%o is refused in a sentence', async (args, sentence) => {
  const { code, text } = await run(...args);
  expect(code).toBe(1);
  expect(text).toContain(sentence);
  expect(text).not.toContain('    at ');
});
