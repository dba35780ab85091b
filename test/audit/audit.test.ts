import { eq, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { hashPassword } from '../../src/auth/password.ts';
import { auditLog, users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { mails } from '../support/mail-gateway.ts';
import { createOrg, createProposal, db, eventsOf } from '../support/world.ts';

vi.mock('../../src/mail/gateway.ts', () => import('../support/mail-gateway.ts'));

const password = 'correct horse battery staple';
const next = 'another horse battery staple';
const passwordHash = await hashPassword(password);
const ip = '203.0.113.7';
const headers = { origin: 'http://localhost:5173', 'cf-connecting-ip': ip, 'user-agent': 'Firefox' };

type Org = Awaited<ReturnType<typeof createOrg>>;
type Entry = {
  id: number;
  action: string;
  user_id: number;
  about: string | null;
  ip: string | null;
  count: number | null;
};

const createUser = () => createOrg({ passwordHash });

async function read(
  { token }: Pick<Org, 'token'>,
  query = '',
): Promise<{ data: Entry[]; next_cursor: string | null }> {
  const answer = await call(`GET /audit${query}`, { token });
  expect(answer.status).toBe(200);
  return answer.json;
}

const actionsOf = async (org: Pick<Org, 'token'>, query = '') =>
  (await read(org, query)).data.map(({ action, about }) => (about ? `${action} ${about}` : action));

const signIn = (org: Org, secret = password) =>
  call('POST /auth/sessions', { json: { email: org.email, password: secret }, headers });

const unique = () => `${crypto.randomUUID()}@example.com`;

test('sign-ins, sessions and passwords are entries, each once', async () => {
  const org = await createUser();
  const begun = await signIn(org);
  const [cookie = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
  await call('POST /auth/refresh', { headers: { ...headers, cookie } }); // a refresh leaves no entry
  const other = await signIn(org);
  const token = other.json.access_token as string;
  const [, lost] = (await call('GET /auth/sessions', { token })).json.data;
  const end = () => call(`POST /auth/sessions/${lost.id}/end`, { token, headers });
  await end();
  await end();
  const change = { current_password: password, new_password: next };
  const changed = await call('POST /auth/password', { token, json: change, headers });
  await call('POST /auth/password', { token: changed.json.access_token, json: change, headers }); // a replay
  await call('POST /auth/sessions/end', { token: changed.json.access_token, headers });
  await call('POST /auth/logout', { headers: { ...headers, cookie } }); // it has ended already
  const last = await signIn(org, next);
  const [lastCookie = ''] = (last.headers.get('set-cookie') ?? '').split(';');
  const entries = await read({ token: last.json.access_token });
  expect(entries.data.map(({ action, about }) => [action, about])).toEqual([
    ['signed_in', null],
    ['sessions_ended', null],
    ['password_changed', null],
    ['session_ended', 'Firefox'],
    ['signed_in', null],
    ['signed_in', null],
  ]);
  for (const entry of entries.data)
    expect(entry).toMatchObject({ user_id: org.actor.userId, email: org.email, ip, count: null });
  for (let time = 1; time <= 2; time += 1) {
    await call('POST /auth/logout', { headers: { ...headers, cookie: lastCookie } });
  }
  const program = await call('POST /auth/login', { json: { email: org.email, password: next }, headers });
  expect((await actionsOf({ token: program.json.access_token })).slice(0, 2)).toEqual([
    'signed_in program',
    'signed_out',
  ]);
});

test('invitations and roles are entries, each once; what is refused is none', async () => {
  const org = await createUser();
  const email = unique();
  const invite = (role: string) =>
    call('POST /team/invitations', { token: org.token, json: { email, role }, headers });
  const { id } = (await invite('staff')).json;
  await invite('staff');
  await call(`POST /team/invitations/${id}/send`, { token: org.token, headers });
  const [, token] = /#token=(\S+)/.exec(mails.at(-1)?.text ?? '') ?? [];
  const json = { token, name: 'Grace', password };
  await call('POST /auth/invitation', { json, headers });
  await call('POST /auth/invitation', { json, headers });
  const [member] = await db.select().from(users).where(eq(users.email, email));
  const about = `/team/members/${member?.id}`;
  for (let time = 1; time <= 2; time += 1) {
    await call(`PATCH ${about}`, { token: org.token, json: { role: 'viewer' }, headers });
    await call(`POST ${about}/deactivate`, { token: org.token, headers });
  }
  await call(`POST ${about}/reactivate`, { token: org.token, headers });
  await call(`POST /team/members/${org.actor.userId}/deactivate`, { token: org.token, headers }); // the last admin
  const withdrawn = unique();
  const open = await call('POST /team/invitations', {
    ...{ token: org.token, json: { email: withdrawn, role: 'admin' }, headers },
  });
  for (let time = 1; time <= 2; time += 1) {
    await call(`POST /team/invitations/${open.json.id}/withdraw`, { token: org.token, headers });
  }
  expect(await actionsOf(org)).toEqual([
    `invitation_withdrawn ${withdrawn}: admin`,
    `invited ${withdrawn}: admin`,
    `reactivated ${email}`,
    `deactivated ${email}`,
    `role_changed ${email}: viewer`,
    'joined',
    `invited ${email}: staff`,
  ]);
  expect(await actionsOf(org, `?user_id=${member?.id}`)).toEqual(['joined']);
});

test('a reset of a password is an entry', async () => {
  const org = await createUser();
  await call('POST /auth/password/forgot', { json: { email: org.email }, headers });
  const { Tokens } = await import('../../src/jwt/tokens.ts');
  const { bindings } = await import('../support/world.ts');
  const token = await new Tokens(bindings.JWT_SECRET).signReset(
    { userId: org.actor.userId, generation: 0 },
    org.email,
    new Date(Date.now() + 60_000),
  );
  const reset = () => call('POST /auth/password/reset', { json: { token, password: next }, headers });
  const { json } = await reset();
  await reset();
  expect(await actionsOf({ token: json.access_token })).toEqual(['password_reset']);
});

describe('sign-ins that failed', () => {
  test('are one entry an hour, with their number, on the page and by programs', async () => {
    const org = await createUser();
    const wrong = { email: org.email, password: 'wrong' };
    await call('POST /auth/login', { json: wrong, headers });
    await Promise.all([signIn(org, 'wrong'), signIn(org, 'wrong')]);
    expect(await read(org)).toMatchObject({ data: [{ action: 'sign_in_failed', count: 3, ip }] });
    await db.execute(sql`insert into audit_log (org_id, user_id, action, hour)
      values (${org.id}, ${org.actor.userId}, 'sign_in_failed', date_trunc('hour', now() - interval '1 hour'))`);
    expect((await read(org)).data.map(({ count }) => count)).toEqual([1, 3]);
  });

  test('for an address without an account are none', async () => {
    const before = await db.$count(auditLog);
    await call('POST /auth/login', { json: { email: unique(), password: 'wrong' }, headers });
    expect(await db.$count(auditLog)).toBe(before);
  });
});

describe('the list', () => {
  test('comes in pages, and by action', async () => {
    const org = await createUser();
    const rows = Array.from({ length: 120 }, (_, n) => ({
      ...{ orgId: org.id, userId: org.actor.userId },
      ...{ action: n % 2 ? ('signed_in' as const) : ('signed_out' as const), about: String(n) },
    }));
    await db.insert(auditLog).values(rows);
    const seen: (string | null)[] = [];
    let cursor: string | null = '';
    for (; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof read>> = await read(org, cursor ? `?cursor=${cursor}` : '');
      seen.push(...page.data.map(({ about }) => about));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => String(119 - n)));
    expect((await read(org, '?action=signed_out')).data.map(({ about }) => Number(about) % 2)).toEqual(
      Array(50).fill(0),
    );
    expect((await read(org, '?action=invited')).data).toEqual([]);
    for (const query of ['?action=nothing', '?cursor=x', '?user_id=-1']) {
      expect((await call(`GET /audit${query}`, { token: org.token })).status).toBe(400);
    }
  });

  test("is for the org's admins", async () => {
    const [org, other] = [await createUser(), await createUser()];
    await signIn(other);
    expect((await read(org)).data).toEqual([]);
    await db.update(users).set({ role: 'staff' }).where(eq(users.id, org.actor.userId));
    const login = await call('POST /auth/login', { json: { email: org.email, password }, headers });
    expect(await call('GET /audit', { token: login.json.access_token })).toMatchObject({
      ...{ status: 403, json: { code: 'forbidden' } },
    });
  });
});

test.each(['update audit_log set about = null', 'delete from audit_log', 'truncate audit_log'])(
  'the database refuses: %s',
  async (statement) => {
    await expect(db.execute(sql.raw(statement))).rejects.toMatchObject({ cause: { code: '23001' } });
  },
);

test('takes no id of the activity log, and leaves what is in it alone', async () => {
  const org = await createUser();
  const { id } = await createProposal(org.id);
  const lastId = async () =>
    (
      await db.execute(
        sql`select last_value from pg_sequences where sequencename = 'portal_activity_log_id_seq'`,
      )
    ).rows;
  const before = await lastId();
  await signIn(org);
  expect(await lastId()).toEqual(before);
  expect(await eventsOf(id)).toEqual(['approve']);
});
