import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/auth/password.ts';
import { sessions, users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createOrg, createProposal, db, tokens } from '../support/world.ts';

const password = 'correct horse battery staple';
const next = 'another horse battery staple';
const passwordHash = await hashPassword(password);
const portal = 'http://localhost:5173';

type Org = Awaited<ReturnType<typeof createOrg>>;
type Browser = { cookie: string | null; token: string };

const createUser = () => createOrg({ passwordHash });

/** What a browser holds after an answer. */
function held({ headers, json }: Awaited<ReturnType<typeof call>>): Browser {
  const [, cookie = null] = /^(?:__Host-)?refresh=([^;]+)/.exec(headers.get('set-cookie') ?? '') ?? [];
  return { cookie, token: json.access_token };
}

const headersOf = ({ cookie }: Pick<Browser, 'cookie'>, origin: string | null = portal) => ({
  'cf-connecting-ip': crypto.randomUUID(),
  'user-agent': 'Firefox',
  ...(origin ? { origin } : {}),
  ...(cookie ? { cookie: `theme=dark; refresh=${cookie}` } : {}),
});

const nothing = { cookie: null };

/** Development lets in nothing that comes from elsewhere, so what production does is asked there. */
const production = { ENVIRONMENT: 'production', PORTAL_PUBLIC_URL: 'https://portal.example' };

function inProduction({ cookie }: Pick<Browser, 'cookie'>, origin: string | null, name = '__Host-refresh') {
  const headers = { ...headersOf(nothing, origin), ...(cookie ? { cookie: `${name}=${cookie}` } : {}) };
  return { headers, bindings: production };
}

async function signIn({ email }: Org, secret = password): Promise<Browser> {
  const answer = await call('POST /auth/sessions', {
    json: { email, password: secret },
    headers: headersOf(nothing),
  });
  expect(answer.status).toBe(200);
  return held(answer);
}

const refresh = (browser: Pick<Browser, 'cookie'>) =>
  call('POST /auth/refresh', { headers: headersOf(browser) });

const statusOf = async ({ token }: Pick<Browser, 'token'>) => (await call('GET /auth/me', { token })).status;

const inRow = (org: Org, set: object) =>
  db.update(sessions).set(set).where(eq(sessions.userId, org.actor.userId));

const openOf = async (org: Org) =>
  (await db.select().from(sessions).where(eq(sessions.userId, org.actor.userId))).filter(
    ({ endedAt }) => endedAt === null,
  ).length;

const refused = { status: 401, json: { code: 'token_invalid' } };

describe('signing in on the page', () => {
  test('answers a token for ten minutes, and sets a cookie that no script and no other site can use', async () => {
    const org = await createUser();
    const answer = await call('POST /auth/sessions', {
      json: { email: org.email, password },
      headers: headersOf(nothing),
    });
    expect(answer).toMatchObject({ status: 200, json: { token_type: 'bearer', expires_in: 600 } });
    const attributes = (answer.headers.get('set-cookie') ?? '').split('; ').slice(1);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Strict']));
    expect(await statusOf(held(answer))).toBe(200);
  });

  test('sets a cookie in production that only this host can set, over HTTPS', async () => {
    const org = await createUser();
    const answer = await call('POST /auth/sessions', {
      json: { email: org.email, password },
      ...inProduction(nothing, 'https://portal.example'),
    });
    const [cookie = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(cookie).toMatch(/^__Host-refresh=/);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'SameSite=Strict', 'Secure']));
    expect(attributes.filter((attribute) => attribute.startsWith('Domain'))).toEqual([]);
  });

  test('is refused to a wrong password as a login is, and begins no session', async () => {
    const org = await createUser();
    const json = { email: org.email, password: 'wrong' };
    const answer = await call('POST /auth/sessions', { json, headers: headersOf(nothing) });
    expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
    expect(answer.headers.get('set-cookie')).toBe(null);
    expect(await openOf(org)).toBe(0);
  });

  test('for the 21st time ends the oldest session', async () => {
    const org = await createUser();
    const first = await signIn(org);
    const { userId } = org.actor;
    const expiresAt = new Date(Date.now() + 60_000);
    const others = Array.from({ length: 19 }, () => ({
      ...{ id: crypto.randomUUID(), userId, tokenGeneration: 0, expiresAt },
    }));
    await db.insert(sessions).values(others);
    expect(await statusOf(first)).toBe(200);
    const last = await signIn(org);
    expect([await statusOf(first), await statusOf(last), await openOf(org)]).toEqual([401, 200, 20]);
  });

  test('deletes what ended more than 30 days ago', async () => {
    const org = await createUser();
    await signIn(org);
    await inRow(org, { endedAt: sql`now() - interval '31 days'` });
    await signIn(org);
    await inRow(org, { endedAt: sql`now() - interval '29 days'` });
    await signIn(org);
    const kept = await db.select().from(sessions).where(eq(sessions.userId, org.actor.userId));
    expect(kept).toHaveLength(2);
  });
});

describe('refreshing', () => {
  test('replaces the cookie each time', async () => {
    const first = await signIn(await createUser());
    const second = held(await refresh(first));
    const third = held(await refresh(second));
    expect(new Set([first.cookie, second.cookie, third.cookie]).size).toBe(3);
    expect(await statusOf(third)).toBe(200);
  });

  test('gives five tabs that wake at once the same successor, and a lost reply again', async () => {
    const first = await signIn(await createUser());
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(first)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const [successor, ...others] = new Set(answers.map((answer) => held(answer).cookie));
    expect(others).toEqual([]);
    expect(held(await refresh(first)).cookie).toBe(successor);
    expect((await refresh({ cookie: successor ?? null })).status).toBe(200);
  });

  test('with the cookie before, after 30 seconds, ends the session for both who hold one', async () => {
    const org = await createUser();
    const stolen = await signIn(org);
    const own = held(await refresh(stolen));
    await inRow(org, { turnedAt: sql`now() - interval '31 s'` });
    expect(await refresh(stolen)).toMatchObject(refused);
    expect(await refresh(own)).toMatchObject(refused);
    expect(await statusOf(own)).toBe(401);
  });

  test('with a cookie from two turns ago ends the session at once', async () => {
    const first = await signIn(await createUser());
    const third = held(await refresh(held(await refresh(first))));
    expect(await refresh(first)).toMatchObject(refused);
    expect(await refresh(third)).toMatchObject(refused);
  });

  test.each<[string, object]>([
    ['that has ended', { endedAt: new Date() }],
    ['that has expired', { expiresAt: new Date() }],
    ['that was not used for a week', { turnedAt: sql`now() - interval '7 days'` }],
  ])('a session %s is refused', async (_, set) => {
    const org = await createUser();
    const browser = await signIn(org);
    await inRow(org, set);
    expect(await refresh(browser)).toMatchObject(refused);
  });

  test.each<[string, object]>([
    ['was deactivated', { deactivatedAt: new Date() }],
    ['has another password', { passwordHash: 'another' }],
    ['has another role', { role: 'viewer' }],
  ])('is refused to a user who %s', async (_, set) => {
    const org = await createUser();
    const browser = await signIn(org);
    await db.update(users).set(set).where(eq(users.id, org.actor.userId));
    expect(await refresh(browser)).toMatchObject(refused);
    expect(await statusOf(browser)).toBe(401);
  });

  test('takes its own kind of token only, which no other route takes', async () => {
    const org = await createUser();
    const { cookie, token } = await signIn(org);
    const link = (await createProposal(org.id)).token;
    for (const other of [token, link, org.token, 'no.token.atall']) {
      expect(await refresh({ cookie: other })).toMatchObject(refused);
    }
    expect(await refresh(nothing)).toMatchObject({ status: 401, json: { code: 'token_missing' } });
    expect(await call('GET /auth/me', { token: cookie ?? '' })).toMatchObject(refused);
    expect((await call('GET /auth/me', { headers: headersOf({ cookie }) })).status).toBe(401);
  });

  test('names another user in vain', async () => {
    const [org, other] = [await createUser(), await createUser()];
    await signIn(org);
    const [{ id: sid } = { id: '' }] = await db
      .select()
      .from(sessions)
      .where(eq(sessions.userId, org.actor.userId));
    const inAnHour = new Date(Date.now() + 3_600_000);
    const { userId } = other.actor;
    const cookie = await tokens.signRefresh({ userId, orgId: other.id, sid, turn: 0 }, inAnHour);
    expect(await refresh({ cookie })).toMatchObject(refused);
    expect(await openOf(org)).toBe(1);
  });
});

test('a refresh that meets a change of the own password goes on after it', async () => {
  const org = await createUser();
  const browser = await signIn(org);
  const { userId } = org.actor;
  const [, answer] = await Promise.all([
    db.batch([
      db.update(users).set({ passwordHash: 'another' }).where(eq(users.id, userId)),
      db.update(sessions).set({ tokenGeneration: 1 }).where(eq(sessions.userId, userId)),
      db.execute(sql`select pg_sleep(0.5)`),
    ]),
    new Promise((resolve) => setTimeout(resolve, 200)).then(() => refresh(browser)),
  ]);
  expect(answer.status).toBe(200);
});

test('signing in ends the session that the browser had, also one of another user', async () => {
  const [org, other] = [await createUser(), await createUser()];
  const before = await signIn(org);
  const json = { email: other.email, password };
  const after = await call('POST /auth/sessions', { json, headers: headersOf(before) });
  expect(after.status).toBe(200);
  expect([await statusOf(before), await statusOf(held(after))]).toEqual([401, 200]);
});

describe('another site', () => {
  const routes = ['POST /auth/sessions', 'POST /auth/refresh', 'POST /auth/logout'];
  const origins = [
    ...['https://evil.example', 'https://evil.portal.example', 'http://portal.example', portal, 'null', null],
  ];

  test.each(routes.flatMap((route) => origins.map((origin) => [route, origin] as const)))(
    'cannot %s from %s, whatever its kind of request',
    async (route, origin) => {
      const org = await createUser();
      const browser = await signIn(org);
      const { headers, bindings } = inProduction(browser, origin);
      const body = JSON.stringify({ email: org.email, password });
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const answer = await call(route, { body, headers: { ...headers, 'content-type': type }, bindings });
        expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
        expect(answer.headers.get('set-cookie')).toBe(null);
      }
      expect(await openOf(org)).toBe(1);
      expect((await refresh(browser)).status).toBe(200);
    },
  );

  test.each(['https://portal.example', 'https://api.test'])('a page of %s is ours', async (origin) => {
    const browser = await signIn(await createUser());
    expect((await call('POST /auth/refresh', inProduction(browser, origin))).status).toBe(200);
  });

  test('cannot plant a cookie from a neighbouring host: only one that this host set is read', async () => {
    const browser = await signIn(await createUser());
    const planted = inProduction(browser, 'https://portal.example', 'refresh');
    expect(await call('POST /auth/refresh', planted)).toMatchObject({
      status: 401,
      json: { code: 'token_missing' },
    });
  });

  test('may not read an answer with a cookie', async () => {
    const browser = await signIn(await createUser());
    const answer = await refresh(browser);
    expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
  });
});

describe('signing out', () => {
  const signOut = (browser: Pick<Browser, 'cookie'>) =>
    call('POST /auth/logout', { headers: headersOf(browser) });

  test('ends the session and its tokens at once, and takes the cookie back; a second click is the same', async () => {
    const org = await createUser();
    const [browser, other] = [await signIn(org), await signIn(org)];
    for (const answer of [await signOut(browser), await signOut(browser)]) {
      expect(answer).toMatchObject({ status: 200, json: { ended: true } });
      expect(answer.headers.get('set-cookie')).toMatch(/^refresh=; Max-Age=0/);
    }
    expect(await statusOf(browser)).toBe(401);
    expect(await refresh(browser)).toMatchObject(refused);
    expect(await statusOf(other)).toBe(200);
  });

  test('also with an old cookie, or with none', async () => {
    const first = await signIn(await createUser());
    const second = held(await refresh(first));
    expect((await signOut(first)).status).toBe(200);
    expect(await statusOf(second)).toBe(401);
    expect((await signOut(nothing)).status).toBe(200);
    expect((await signOut({ cookie: 'no.token.atall' })).status).toBe(200);
  });
});

describe('the list of sessions', () => {
  const list = async ({ token }: Browser) =>
    (await call('GET /auth/sessions', { token })).json.data as { id: string; is_current: boolean }[];

  test('has the open ones of the user, and says which is this one', async () => {
    const [org, other] = [await createUser(), await createUser()];
    const first = await signIn(org);
    const second = await signIn(org);
    await signIn(other);
    expect((await list(first)).map((session) => session.is_current)).toEqual([false, true]);
    expect((await list(second)).map((session) => session.is_current)).toEqual([true, false]);
    expect(await list(first)).toMatchObject([{ user_agent: 'Firefox' }, { user_agent: 'Firefox' }]);
    await call('POST /auth/logout', { headers: headersOf(second) });
    expect(await list(first)).toMatchObject([{ is_current: true }]);
  });

  test('ends one, at once and once', async () => {
    const org = await createUser();
    const [lost, own] = [await signIn(org), await signIn(org)];
    const id = (await list(lost)).find((session) => session.is_current)?.id;
    const end = () => call(`POST /auth/sessions/${id}/end`, { token: own.token });
    expect((await Promise.all([end(), end()])).map(({ status }) => status)).toEqual([200, 200]);
    expect([await statusOf(lost), await statusOf(own)]).toEqual([401, 200]);
    expect(await refresh(lost)).toMatchObject(refused);
  });

  test("does not end another user's session, nor one that is none", async () => {
    const [org, other] = [await createUser(), await createUser()];
    const [own, foreign] = [await signIn(org), await signIn(other)];
    const [session] = await list(foreign);
    for (const id of [session?.id, crypto.randomUUID()]) {
      const answer = await call(`POST /auth/sessions/${id}/end`, { token: own.token });
      expect(answer).toMatchObject({ status: 404, json: { code: 'login_session_not_found' } });
    }
    expect(await call('POST /auth/sessions/1/end', { token: own.token })).toMatchObject({
      ...{ status: 400, json: { code: 'invalid_request', errors: [{ pointer: '#/sid' }] } },
    });
    expect(await statusOf(foreign)).toBe(200);
  });

  test('ends all of them, with the tokens of programs', async () => {
    const org = await createUser();
    const [one, two] = [await signIn(org), await signIn(org)];
    expect(await call('POST /auth/sessions/end', { token: one.token })).toMatchObject({ status: 200 });
    expect([await statusOf(one), await statusOf(two), await statusOf({ token: org.token })]).toEqual([
      ...[401, 401, 401],
    ]);
    expect(await refresh(two)).toMatchObject(refused);
    expect(await statusOf(await signIn(org))).toBe(200);
  });

  test('a token that was ended meanwhile ends nothing', async () => {
    const org = await createUser();
    const [lost, own] = [await signIn(org), await signIn(org)];
    await call('POST /auth/logout', { headers: headersOf(lost) });
    expect(await call('POST /auth/sessions/end', { token: lost.token })).toMatchObject(refused);
    expect(await statusOf(own)).toBe(200);
  });
});

describe('a change of password', () => {
  const change = ({ token }: Pick<Browser, 'token'>, current: string, wanted: string) =>
    call('POST /auth/password', { token, json: { current_password: current, new_password: wanted } });

  test('ends the other sessions and all tokens; this session goes on', async () => {
    const org = await createUser();
    const [own, other] = [await signIn(org), await signIn(org)];
    const answer = await change(own, password, next);
    expect(answer).toMatchObject({ status: 200, json: { expires_in: 600 } });
    const token = answer.json.access_token as string;
    expect(await statusOf({ token })).toBe(200);
    expect([await statusOf(own), await statusOf(other), await statusOf({ token: org.token })]).toEqual([
      ...[401, 401, 401],
    ]);
    expect((await refresh(own)).status).toBe(200);
    expect(await refresh(other)).toMatchObject(refused);
    expect(await openOf(org)).toBe(1);
    await signIn(org, next);
  });

  test('asked for again, where the answer was lost, changes nothing', async () => {
    const org = await createUser();
    const own = await signIn(org);
    await change(own, password, next);
    const retried = await change(held(await refresh(own)), password, next);
    expect(retried.status).toBe(200);
    expect(await statusOf({ token: retried.json.access_token })).toBe(200);
  });

  test('works for the token of a program, which gets one for as long', async () => {
    const org = await createUser();
    const browser = await signIn(org);
    expect(await change(org, password, next)).toMatchObject({ status: 200, json: { expires_in: 28_800 } });
    expect(await refresh(browser)).toMatchObject(refused);
  });

  test('of two at once is one', async () => {
    const org = await createUser();
    const own = await signIn(org);
    const answers = await Promise.all(
      [next, `${next} as well`].map((wanted) => change(own, password, wanted)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400 || status === 401)).toHaveLength(1);
  });

  test.each<[string, string, string, string, string]>([
    ['without the present password', 'wrong', next, '#/current_password', 'wrong_password'],
    ['to one of 11 letters', password, 'elevenchars', '#/new_password', 'too_short'],
    ['to 11 letters that take more bytes', password, 'ä'.repeat(11), '#/new_password', 'too_short'],
    ['to a common one', password, 'UNBELIEVABLE', '#/new_password', 'too_common'],
    ['to one of 1025 letters', password, 'a'.repeat(1025), '#/new_password', 'too_long'],
  ])('%s is refused at its field, and ends nothing', async (_, current, wanted, pointer, code) => {
    const own = await signIn(await createUser());
    expect(await change(own, current, wanted)).toMatchObject({
      ...{ status: 400, json: { code: 'invalid_request', errors: [{ pointer, code }] } },
    });
    expect(await statusOf(own)).toBe(200);
    expect((await refresh(own)).status).toBe(200);
  });
});
