import { eq, sql } from 'drizzle-orm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { stepOf } from '../../src/auth/check-second-factor.ts';
import { hashPassword } from '../../src/auth/password.ts';
import { recoveryCodes, secondFactors, sessions, users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { codeOf } from '../support/totp.ts';
import { createOrg, db, rowCounts, tokens } from '../support/world.ts';

const password = 'correct horse battery staple';
const passwordHash = await hashPassword(password);
const portal = 'http://localhost:5173';

type Org = Awaited<ReturnType<typeof createOrg>>;

const headers = () => ({ 'cf-connecting-ip': crypto.randomUUID(), origin: portal });
const signIn = (email: string, code?: string, secret = password) =>
  call('POST /auth/sessions', {
    headers: headers(),
    json: { email, password: secret, ...(code ? { code } : {}) },
  });

const rowOf = async ({ actor }: Org) =>
  (await db.select().from(secondFactors).where(eq(secondFactors.userId, actor.userId)))[0];

/** As if no code had been taken yet. */
const forgetCodes = ({ actor }: Org) =>
  db.update(secondFactors).set({ lastStep: 0, attempts: 0 }).where(eq(secondFactors.userId, actor.userId));

/** A user who signed in and switched a second factor on. */
async function createUser() {
  const org = await createOrg({ passwordHash });
  const { token } = await begin(org);
  const { json } = await call('POST /auth/second_factor', { token });
  const { secret } = json;
  const confirmed = await call('POST /auth/second_factor/confirm', { token, json: { code: codeOf(secret) } });
  expect(confirmed.status).toBe(200);
  await forgetCodes(org);
  return { org, token, secret: secret as string, codes: confirmed.json.recovery_codes as string[] };
}

async function begin({ email }: Org) {
  const { status, json } = await signIn(email);
  expect(status).toBe(200);
  return { token: json.access_token as string };
}

/** The same session's token, as if its user had proved who they are so many minutes ago. */
async function provedBefore({ actor }: Org, minutes: number) {
  const [session] = await db.select().from(sessions).where(eq(sessions.userId, actor.userId));
  const provedAt = Date.now() - minutes * 60_000;
  return tokens.signStaff({ ...actor, generation: 0, sid: session?.id ?? '', provedAt }, new Date());
}

/** As if all sessions of the user had begun yesterday. */
const proveBefore = ({ actor }: Org) =>
  db
    .update(sessions)
    .set({ provedAt: sql`now() - interval '1 day'` })
    .where(eq(sessions.userId, actor.userId));

const required = { status: 403, json: { code: 'second_factor_required' } };
const wrong = (name = 'code', code = 'wrong_code') => ({
  status: 400,
  json: { code: 'invalid_request', errors: [{ pointer: `#/${name}`, code }] },
});

test('a code is that of RFC 6238, appendix B, and of the steps beside it', async () => {
  onTestFinished(() => void vi.useRealTimers());
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // 12345678901234567890
  const stepAt = (seconds: number, code: string) => {
    vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 });
    return stepOf(code, secret);
  };
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const) {
    const step = Math.floor(seconds / 30);
    for (const off of [-30, 0, 30]) expect(await stepAt(seconds + off, code)).toBe(step);
    for (const off of [-60, 60]) expect(await stepAt(seconds + off, code)).toBe(null);
  }
  expect(await stepAt(59, ' 287 082 ')).toBe(1);
  for (const code of ['', '28708', '2870822', '28708a', '²87082'])
    expect(await stepAt(59, code), code).toBe(null);
});

describe('switching it on', () => {
  test('takes a code of the key that was answered, and answers ten recovery codes', async () => {
    const org = await createOrg({ passwordHash });
    const { token } = await begin(org);
    const off = { is_on: false, recovery_codes_left: 0 };
    expect((await call('GET /auth/second_factor', { token })).json).toEqual(off);
    const first = await call('POST /auth/second_factor', { token });
    const { json } = await call('POST /auth/second_factor', { token });
    expect(json.secret).not.toBe(first.json.secret);
    expect(json.uri).toContain(`secret=${json.secret}`);
    expect(json.uri).toMatch(/^otpauth:\/\/totp\/Test:/);
    expect((await call('GET /auth/second_factor', { token })).json).toEqual(off);
    expect((await signIn(org.email)).status).toBe(200); // it does not count yet

    const before = await rowCounts();
    for (const code of [codeOf(first.json.secret), codeOf(json.secret, -3), '000']) {
      const answer = await call('POST /auth/second_factor/confirm', { token, json: { code } });
      expect(answer).toMatchObject(wrong());
    }
    expect(await rowCounts()).toEqual(before);
    const code = codeOf(json.secret);
    const both = await Promise.all(
      [1, 2].map(() => call('POST /auth/second_factor/confirm', { token, json: { code } })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const codes = both.find(({ status }) => status === 200)?.json.recovery_codes;
    expect(new Set(codes).size).toBe(10);
    for (const one of codes) expect(one).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect((await call('GET /auth/second_factor', { token })).json).toEqual({
      is_on: true,
      recovery_codes_left: 10,
    });
    expect(await signIn(org.email, code)).toMatchObject(wrong()); // it was used to confirm
    const { json: log } = await call('GET /audit?action=second_factor_on', { token });
    expect(log.data).toHaveLength(1);
  });

  test('is refused where it is on, and confirming where none was begun', async () => {
    const { token } = await createUser();
    const on = { status: 409, json: { code: 'second_factor_on' } };
    expect(await call('POST /auth/second_factor', { token })).toMatchObject(on);
    const json = { code: '123456' };
    expect(await call('POST /auth/second_factor/confirm', { token, json })).toMatchObject(on);
    const other = await begin(await createOrg({ passwordHash }));
    const off = { status: 409, json: { code: 'second_factor_off' } };
    expect(await call('POST /auth/second_factor/confirm', { ...other, json })).toMatchObject(off);
    expect(await call('POST /auth/second_factor/recovery_codes', other)).toMatchObject(off);
  });

  test('does not confirm a key that was replaced meanwhile', async () => {
    const org = await createOrg({ passwordHash });
    const { token } = await begin(org);
    const { json } = await call('POST /auth/second_factor', { token });
    const [confirmed] = await Promise.all([
      call('POST /auth/second_factor/confirm', { token, json: { code: codeOf(json.secret) } }),
      call('POST /auth/second_factor', { token }),
    ]);
    const row = await rowOf(org);
    expect(row?.confirmedAt !== null).toBe(confirmed.status === 200);
    if (row?.confirmedAt) expect(row.secret).toBe(json.secret);
  });
});

describe('signing in', () => {
  test('asks for a code once the password is right, on the page and as a program', async () => {
    const { org, secret } = await createUser();
    const { email } = org;
    expect(await signIn(email)).toMatchObject(required);
    expect(await call('POST /auth/login', { headers: headers(), json: { email, password } })).toMatchObject(
      required,
    );
    const credentials = { status: 401, json: { code: 'invalid_credentials' } };
    expect(await signIn(email, codeOf(secret), 'wrong')).toMatchObject(credentials);
    expect((await signIn(email, codeOf(secret))).status).toBe(200);
    await forgetCodes(org);
    const json = { email, password, code: codeOf(secret) };
    expect((await call('POST /auth/login', { headers: headers(), json })).status).toBe(200);
  });

  test('takes a code once: not again, not one before it, and of two at once one', async () => {
    const { org, secret } = await createUser();
    const [code, before] = [codeOf(secret), codeOf(secret, -1)];
    expect((await signIn(org.email, code)).status).toBe(200);
    expect(await signIn(org.email, code)).toMatchObject(wrong());
    expect(await signIn(org.email, before)).toMatchObject(wrong());
    await forgetCodes(org);
    const both = await Promise.all([signIn(org.email, code), signIn(org.email, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test('takes ten wrong codes an hour, then only recovery codes', async () => {
    const { org, secret, codes } = await createUser();
    const tried = [];
    for (let index = 0; index < 10; index += 1)
      tried.push((await signIn(org.email, codeOf(secret, 5))).status);
    expect(new Set(tried)).toEqual(new Set([400]));
    const limited = { status: 429, json: { code: 'too_many_codes' } };
    expect(await signIn(org.email, codeOf(secret))).toMatchObject(limited);
    expect((await signIn(org.email, codes[0])).status).toBe(200);
    await db
      .update(secondFactors)
      .set({ attemptsSince: sql`now() - interval '61 minutes'` })
      .where(eq(secondFactors.userId, org.actor.userId));
    expect((await signIn(org.email, codeOf(secret).replace(/...$/, '-$&'))).status).toBe(200);
    expect((await rowOf(org))?.attempts).toBe(0);
    await signIn(org.email, codeOf(secret, 5));
    expect((await rowOf(org))?.attempts).toBe(1); // which the right one did not forgive
  });

  test('takes a recovery code once, however it is typed, and no other user’s', async () => {
    const { org, codes, token } = await createUser();
    const [first = '', second = '', third = ''] = codes;
    const typed = ` ${first.toLowerCase().replaceAll('-', ' ')} `;
    const both = await Promise.all([signIn(org.email, typed), signIn(org.email, first)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    const other = await createUser();
    expect(await signIn(other.org.email, second)).toMatchObject(wrong());
    expect((await signIn(org.email, second)).status).toBe(200);
    expect((await call('GET /auth/second_factor', { token })).json.recovery_codes_left).toBe(8);
    const { json } = await call('GET /audit?action=recovery_code_used', { token });
    expect(json.data).toHaveLength(2);

    const again = await call('POST /auth/second_factor/recovery_codes', { token });
    expect(again.status).toBe(201);
    expect(await signIn(org.email, third)).toMatchObject(wrong());
    expect((await signIn(org.email, again.json.recovery_codes[0])).status).toBe(200);
  });

  test('by a link for a forgotten password asks for a code, too, and the link still counts', async () => {
    const { org, secret } = await createUser();
    const { userId } = org.actor;
    const token = await tokens.signReset({ userId, generation: 0 }, org.email, new Date(Date.now() + 60_000));
    const reset = (code?: string) =>
      call('POST /auth/password/reset', {
        headers: headers(),
        json: { token, password: 'another horse battery staple', ...(code ? { code } : {}) },
      });
    expect(await reset()).toMatchObject(required);
    expect(await reset(codeOf(secret, 5))).toMatchObject(wrong());
    const [user] = await db.select().from(users).where(eq(users.id, userId));
    expect(user?.passwordHash).toBe(passwordHash);
    expect((await reset(codeOf(secret))).status).toBe(200);
    expect(await reset(codeOf(secret, 1))).toMatchObject({ status: 409, json: { code: 'link_over' } });
  });

  test('counts a wrong code as a sign-in that failed', async () => {
    const { org, token, secret } = await createUser();
    await signIn(org.email, codeOf(secret, 5));
    const { json } = await call('GET /audit?action=sign_in_failed', { token });
    expect(json.data).toMatchObject([{ count: 1 }]);
  });
});

describe('a fresh proof', () => {
  const sensitive = [
    ['PATCH /org', { name: 'Other' }],
    ['POST /team/invitations', { email: 'grace@example.com', role: 'staff' }],
    ['POST /auth/second_factor', undefined],
    ['POST /auth/second_factor/remove', undefined],
  ] as const;

  test.each(sensitive)(
    'is asked of a session 15 minutes after its sign-in by %s, which changes nothing',
    async (route, json) => {
      const { org } = await createUser();
      const before = await rowCounts();
      const token = await provedBefore(org, 15.1);
      const answer = await call(route, { token, ...(json ? { json } : {}) });
      expect(answer).toMatchObject({ status: 403, json: { code: 'proof_required' } });
      expect(await rowCounts()).toEqual(before);
      expect((await call('GET /auth/me', { token })).status).toBe(200);
      const fresh = await call(route, { token: await provedBefore(org, 14.9), ...(json ? { json } : {}) });
      expect([200, 201, 409]).toContain(fresh.status); // 409: there is a second factor already
    },
  );

  test('is asked of a session’s token that says no time, and of no token for programs', async () => {
    const { org } = await createUser();
    const [session] = await db.select().from(sessions).where(eq(sessions.userId, org.actor.userId));
    const token = await tokens.signStaff({ ...org.actor, generation: 0, sid: session?.id ?? '' }, new Date());
    const json = { name: 'Other' };
    expect((await call('PATCH /org', { token, json })).json.code).toBe('proof_required');
    expect((await call('PATCH /org', { token: org.token, json })).status).toBe(200);
  });

  test('is the password, with a code where there is a second factor, and counts in all tabs', async () => {
    const { org, secret, codes } = await createUser();
    const code = codeOf(secret);
    const signedIn = await signIn(org.email, code);
    const [, cookie] = /refresh=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '') ?? [];
    await proveBefore(org);
    const refresh = async () => {
      const answer = await call('POST /auth/refresh', {
        headers: { ...headers(), cookie: `refresh=${cookie}` },
      });
      return answer.json.access_token as string;
    };
    const token = await refresh();
    const prove = (json: object) => call('POST /auth/proof', { token, headers: headers(), json });
    expect((await call('POST /auth/second_factor/remove', { token })).json.code).toBe('proof_required');
    expect(await prove({ password: 'wrong' })).toMatchObject(wrong('password', 'wrong_password'));
    expect(await prove({ password })).toMatchObject(required);
    expect(await prove({ password, code })).toMatchObject(wrong()); // the sign-in took it
    expect((await call('POST /auth/second_factor/remove', { token })).json.code).toBe('proof_required');
    const proved = await prove({ password, code: codes[0] });
    expect(proved.status).toBe(200);
    const change = (bearer: string) => call('PATCH /org', { token: bearer, json: { name: 'Other' } });
    expect((await change(proved.json.access_token)).status).toBe(200);
    expect((await change(await refresh())).status).toBe(200); // another tab
    expect((await change(token)).json.code).toBe('proof_required');
  });

  test('proves one session alone, and not one that has ended', async () => {
    const { org, secret } = await createUser();
    const [first] = await db.select().from(sessions).where(eq(sessions.userId, org.actor.userId));
    await signIn(org.email, codeOf(secret));
    await proveBefore(org);
    await forgetCodes(org);
    const of = (sid: string) => tokens.signStaff({ ...org.actor, generation: 0, sid }, new Date());
    const token = await of(first?.id ?? '');
    const json = { password, code: codeOf(secret) };
    expect((await call('POST /auth/proof', { token, headers: headers(), json })).status).toBe(200);
    const rows = await db.select().from(sessions).where(eq(sessions.userId, org.actor.userId));
    const fresh = rows.filter(({ provedAt }) => Date.now() - provedAt.getTime() < 60_000);
    expect(fresh.map(({ id }) => id)).toEqual([first?.id]);
    await forgetCodes(org);
    await call(`POST /auth/sessions/${first?.id}/end`, { token });
    const late = await call('POST /auth/proof', { token, headers: headers(), json });
    expect(late).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
  });
});

describe('switching it off', () => {
  test('leaves the password alone, once, and no recovery code', async () => {
    const { org, token } = await createUser();
    for (const _ of ['once', 'again']) {
      expect((await call('POST /auth/second_factor/remove', { token })).status).toBe(200);
    }
    expect((await signIn(org.email)).status).toBe(200);
    expect(await db.$count(recoveryCodes, eq(recoveryCodes.userId, org.actor.userId))).toBe(0);
    const { json } = await call('GET /audit?action=second_factor_off', { token });
    expect(json.data).toMatchObject([{ about: null }]);
  });

  test('an admin does it for a colleague who has lost it, and for no other org’s people', async () => {
    const { org } = await createUser();
    const admin = await createOrg();
    const other = `POST /team/members/${org.actor.userId}/second_factor/remove`;
    expect(await call(other, { token: admin.token })).toMatchObject({
      status: 404,
      json: { code: 'user_not_found' },
    });
    expect(await signIn(org.email)).toMatchObject(required);
    const email = `${crypto.randomUUID()}@example.com`;
    const [colleague] = await db
      .insert(users)
      .values({ orgId: org.id, email, passwordHash, role: 'admin' })
      .returning();
    const actor = { ...org.actor, userId: colleague?.id ?? 0, email };
    const token = await tokens.signStaff(actor, new Date());
    const answer = await call(other, { token });
    expect(answer).toMatchObject({ status: 200, json: { has_second_factor: false } });
    expect((await call(other, { token })).status).toBe(200); // a replay is no second entry, see below
    expect((await signIn(org.email)).status).toBe(200);
    const { json } = await call('GET /audit?action=second_factor_off', { token });
    expect(json.data).toMatchObject([{ about: org.email, user_id: actor.userId }]); // one
  });
});
