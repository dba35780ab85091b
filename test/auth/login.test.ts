import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as passwords from '../../src/auth/password.ts';
import { users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { inOneMinute } from '../support/in-one-minute.ts';
import { createOrg, db } from '../support/world.ts';

const password = 'correct horse battery staple';

vi.mock('../../src/auth/password.ts', { spy: true });
const { hashPassword, verifyPassword } = passwords;

async function hashOf(email: string): Promise<string | undefined> {
  const [user] = await db.select().from(users).where(eq(users.email, email));
  return user?.passwordHash;
}

/** Each attempt comes from its own address, unless the test sets one. */
const from = (address: string = crypto.randomUUID()) => ({ 'cf-connecting-ip': address });

test('the right password gets a token that names the user', async () => {
  const org = await createOrg({ passwordHash: await hashPassword(password) });
  const email = ` ${org.email.toUpperCase()} `;
  const answer = await call('POST /auth/login', { json: { email, password }, headers: from() });
  expect(answer).toMatchObject({ status: 200, json: { token_type: 'bearer', expires_in: 28_800 } });
  const me = await call('GET /auth/me', { token: answer.json.access_token });
  expect(me.json).toEqual({
    user_id: org.actor.userId,
    org_id: org.id,
    email: org.email,
    role: 'admin',
    org_name: 'Test',
    currency: 'usd',
    deposit_percent: 30,
    ...{ deposit: { percent: 30 }, time_zone: 'UTC', valid_days: null, pay_in_full: false, terms: null },
    mail: 'off',
    first_steps: { set_up: false, invited: false, made: false, sent: false, approved: false },
  });
});

test('a wrong password and an unknown address get the same answer', async () => {
  const org = await createOrg({ passwordHash: await hashPassword(password) });
  const attempts = [
    { email: org.email, password: 'wrong' },
    { email: `nobody-${crypto.randomUUID()}@example.com`, password },
  ];
  const answers = await Promise.all(
    attempts.map((json) => call('POST /auth/login', { json, headers: from() })),
  );
  const [wrong, unknown] = answers.map(({ status, json }) => ({ status, ...json, request_id: null }));
  expect(wrong).toMatchObject({ status: 401, code: 'invalid_credentials' });
  expect(unknown).toEqual(wrong);
});

test('an unknown address costs a password check too, so the time reveals nothing', async () => {
  const check = vi.mocked(verifyPassword).mockClear();
  const json = { email: `nobody-${crypto.randomUUID()}@example.com`, password };
  await call('POST /auth/login', { json, headers: from() });
  expect(check).toHaveBeenCalledExactlyOnceWith(password, null);
});

test('four passwords are checked at once, and no more: the others are refused at once', async () => {
  const org = await createOrg({ passwordHash: await hashPassword(password) });
  const attempt = () => call('POST /auth/login', { json: { email: org.email, password }, headers: from() });
  const answers = await Promise.all(Array.from({ length: 10 }, attempt));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
  expect(refused).toHaveLength(6);
  for (const { headers, json } of refused) {
    expect([json.code, headers.get('retry-after')]).toEqual(['rate_limited', '60']);
  }
  expect((await attempt()).status).toBe(200);
});

test.each([
  { email: 'a\0b@example.com', password },
  {},
  { email: 'a@example.com' },
  { email: 5, password },
  { email: 'a@example.com', password: '' },
])('refuses %j', async (json) => {
  const answer = await call('POST /auth/login', { json, headers: from() });
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
});

describe('too many attempts', { timeout: 40_000 }, () => {
  // The limits count by the minute, so the attempts must be quick.
  beforeEach(() => void vi.mocked(verifyPassword).mockResolvedValue(false));
  afterEach(() => void vi.mocked(verifyPassword).mockReset());

  /** One after the other. */
  const attempts = async (count: number, credentials: () => { email: string; address: string }) => {
    await inOneMinute();
    const answers: Awaited<ReturnType<typeof call>>[] = [];
    while (answers.length < count) {
      const { email, address } = credentials();
      const json = { email, password: 'wrong' };
      answers.push(await call('POST /auth/login', { json, headers: from(address) }));
    }
    return answers;
  };
  const limited = (answers: { status: number }[]) => answers.filter(({ status }) => status === 429).length;

  test('from one address are refused, for any account', async () => {
    const address = crypto.randomUUID();
    const answers = await attempts(22, () => ({ email: `${crypto.randomUUID()}@example.com`, address }));
    expect(limited(answers)).toBe(2);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('60');
  });

  test('from one IPv6 network are refused, whichever address of it they come from', async () => {
    const network = `2001:db8:${crypto.randomUUID().slice(0, 4)}:1`;
    const addresses = Array.from({ length: 22 }, (_, host) => `${network}:0:0:0:${(host + 1).toString(16)}`);
    const answers = await attempts(22, () => ({
      email: `${crypto.randomUUID()}@example.com`,
      address: addresses.pop() ?? '',
    }));
    expect(limited(answers)).toBe(2);
  });

  test('from one address lock nobody out who comes from another', async () => {
    const org = await createOrg({ passwordHash: await hashPassword(password) });
    const address = crypto.randomUUID();
    expect(limited(await attempts(22, () => ({ email: org.email, address })))).toBe(2);
    vi.mocked(verifyPassword).mockReset();
    const json = { email: org.email, password };
    expect((await call('POST /auth/login', { json, headers: from() })).status).toBe(200);
  });

  test('from one address, however many, use up nothing of what the account has from others', async () => {
    const org = await createOrg({ passwordHash: await hashPassword(password) });
    const address = crypto.randomUUID();
    expect(limited(await attempts(230, () => ({ email: org.email, address })))).toBe(210);
    vi.mocked(verifyPassword).mockReset();
    const json = { email: org.email, password };
    expect((await call('POST /auth/login', { json, headers: from() })).status).toBe(200);
  });

  test('on one account are refused in the end, from however many addresses', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const answers = await attempts(202, () => ({ email, address: crypto.randomUUID() }));
    expect(limited(answers)).toBe(2);
  });
});

describe('a password hash', () => {
  test('matches its password, in any Unicode normalization, and no other', async () => {
    const hash = await hashPassword('pass\u00e9');
    expect(await verifyPassword('passe\u0301', hash)).toBe(true);
    expect(await verifyPassword('passe', hash)).toBe(false);
  });

  test('is never the same twice', async () => {
    expect(await hashPassword(password)).not.toBe(await hashPassword(password));
  });

  test('may be in the PHC string format, with a cost of its own', async () => {
    // https://www.rfc-editor.org/rfc/rfc7914#section-12, the third vector
    const key =
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
    const [salt, derived] = [Buffer.from('SodiumChloride'), Buffer.from(key, 'hex')].map((bytes) =>
      bytes.toString('base64').replace(/=+$/, ''),
    );
    const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${derived}`;
    expect(await verifyPassword('pleaseletmein', hash)).toBe(true);
    expect(await verifyPassword('pleaseletmeout', hash)).toBe(false);
    expect(await verifyPassword('pleaseletmein', hash.replace('p=1', 'p=2'))).toBe(false);
    expect(await verifyPassword('pleaseletmein', hash.replace('ln=14', 'ln=40'))).toBe(false);
  });

  test('is written in the PHC string format, with its cost', async () => {
    expect(await hashPassword(password)).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}\$[\w+/]{43}$/);
  });

  // Of the password "password", as `hashPassword` wrote it before it wrote that format.
  const before = 'scrypt$c29kaXVtY2hsb3JpZGU9PQ==$sI24w2ll01PiGoSebP1SvJVvDNtfyBoscnbKJZYwIsI=';

  test.each([
    ['the format of before', before],
    [
      'another cost',
      '$scrypt$ln=10,r=8,p=1$c29kaXVtY2hsb3JpZGU9PQ$UHFv1CYf18nmkuvZ2IW0EtLQWkzhOEdInf2Mb7LzGNo',
    ],
  ])('of %s is replaced at the next login, and ends no token', async (_, passwordHash) => {
    const org = await createOrg({ passwordHash });
    const json = { email: org.email, password: 'password' };
    const signIn = () => call('POST /auth/login', { json, headers: from() });
    expect((await signIn()).status).toBe(200);
    const hash = await hashOf(org.email);
    expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect((await signIn()).status).toBe(200);
    expect(await hashOf(org.email)).toBe(hash);
    expect((await call('GET /auth/me', { token: org.token })).status).toBe(200);
  });

  test.each([null, '', 'none', 'scrypt$$'])('%j matches no password', async (hash) => {
    expect(await verifyPassword('', hash)).toBe(false);
    expect(await verifyPassword(password, hash)).toBe(false);
  });
});
