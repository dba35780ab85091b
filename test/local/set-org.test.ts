import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, type Postgres, startEmbeddedPostgres } from '../../local/postgres.ts';
import { seed } from '../../local/seed.ts';

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
  });
  expect(JSON.parse((await run('--org', '2', '--deposit', 'none')).text)).toMatchObject({
    deposit: { none: true },
  });
}, 30_000);

test.each([
  [[], 'Usage'],
  [['--org', '9'], 'There is no org 9.'],
  [['--org', '1', '--deposit', '33.333%'], 'is not a percentage'],
  [['--org', '1', '--time-zone', 'Mars/Olympus'], 'is not a time zone'],
])('%o is refused in a sentence', async (args, sentence) => {
  const { code, text } = await run(...args);
  expect(code).toBe(1);
  expect(text).toContain(sentence);
  expect(text).not.toContain('    at ');
});
