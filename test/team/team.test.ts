import { eq, sql } from 'drizzle-orm';
import { describe, expect, inject, test, vi } from 'vitest';
import { hashPassword } from '../../src/auth/password.ts';
import { invitations, users } from '../../src/db/schema.ts';
import type { Role } from '../../src/domain/actor.ts';
import { call } from '../support/api.ts';
import { mails, vendor } from '../support/mail-gateway.ts';
import { createOrg, createProposal, db, tokens } from '../support/world.ts';

vi.mock('../../src/mail/gateway.ts', () => import('../support/mail-gateway.ts'));

// The embedded Postgres has one connection: nothing waits for a lock there.
const onServer = test.runIf(inject('isServer'));

type Org = Awaited<ReturnType<typeof createOrg>>;

const password = 'correct horse battery staple';
const passwordHash = await hashPassword(password);

const mailsTo = (email: string) => mails.filter(({ to }) => to === email);

const unique = (name: string) => `${name}-${crypto.randomUUID()}@example.com`;

const from = () => ({ origin: 'http://localhost:5173', 'cf-connecting-ip': crypto.randomUUID() });

/** Another user of an org, with their token. */
async function createMember(org: Org, role: Role) {
  const email = unique(role);
  const [user] = await db
    .insert(users)
    .values({ orgId: org.id, email, passwordHash, role })
    .returning({ id: users.id });
  const actor = { kind: 'staff', userId: user?.id ?? 0, orgId: org.id, email, role } as const;
  return { ...actor, token: await tokens.signStaff(actor, new Date()) };
}

/** Invites, and says where the mail leads. */
async function invite(org: Pick<Org, 'token'>, email: string, role: Role = 'staff') {
  const answer = await call('POST /team/invitations', { token: org.token, json: { email, role } });
  return { ...answer, url: linkTo(email) };
}

/** Where the newest mail to an address leads. */
const linkTo = (email: string) =>
  /https?:\S+#token=\S+/.exec(mailsTo(email.toLowerCase()).at(-1)?.text ?? '')?.[0] ?? '';

const tokenOf = (url: string) => url.split('#token=')[1] ?? '';

const accept = (token: string, name = 'Grace Hopper', secret = password) =>
  call('POST /auth/invitation', { json: { token, name, password: secret }, headers: from() });

const list = async ({ token }: { token: string }) => (await call('GET /team', { token })).json;

const statusOf = async (token: string) => (await call('GET /auth/me', { token })).status;

const lapse = (email: string, set: object) =>
  db.update(invitations).set(set).where(eq(invitations.email, email));

const aMinuteAgo = { sentAt: sql`now() - interval '61 s'` };

describe('an invitation', () => {
  test('is mailed, and makes a user of who opens it, signed in and with the role', async () => {
    const org = await createOrg();
    const email = unique('Grace');
    const invited = await invite(org, email, 'viewer');
    expect(invited).toMatchObject({
      status: 201,
      json: { email: email.toLowerCase(), role: 'viewer', mail: 'sent' },
    });
    const [mail, ...more] = mailsTo(email.toLowerCase());
    expect(more).toEqual([]);
    expect(invited.json.invitation_url).toBe(null); // who reads the mail has it, and nobody else
    expect(mail?.subject).toBe('You are invited to Test');
    expect(mail?.text).toContain(org.email);

    const answer = await accept(tokenOf(invited.url));
    expect(answer).toMatchObject({ status: 200, json: { expires_in: 600 } });
    expect(answer.headers.get('set-cookie')).toMatch(/^refresh=/);
    const me = await call('GET /auth/me', { token: answer.json.access_token });
    expect(me.json).toMatchObject({ org_id: org.id, email: email.toLowerCase(), role: 'viewer' });
    const { members, invitations: open } = await list(org);
    expect(members).toMatchObject([
      { role: 'admin' },
      { name: 'Grace Hopper', role: 'viewer', is_active: true },
    ]);
    expect(open).toEqual([]);
    const json = { email, password };
    expect((await call('POST /auth/login', { json, headers: from() })).status).toBe(200);
  });

  test('clicked twice is one mail; after a minute it is another link, and the first is over', async () => {
    const org = await createOrg();
    const email = unique('twice');
    const [first, second] = [await invite(org, email), await invite(org, email)];
    expect(second.json).toEqual(first.json);
    expect(mailsTo(email)).toHaveLength(1);
    await lapse(email, aMinuteAgo);
    const again = await call(`POST /team/invitations/${first.json.id}/send`, { token: org.token });
    expect(again).toMatchObject({ status: 200, json: { id: first.json.id, mail: 'sent' } });
    expect(mailsTo(email)).toHaveLength(2);
    expect(await accept(tokenOf(first.url))).toMatchObject({
      status: 409,
      json: { code: 'link_over' },
    });
    expect((await accept(tokenOf(linkTo(email)))).status).toBe(200);
  });

  test('with another role replaces the one before at once', async () => {
    const org = await createOrg();
    const email = unique('role');
    const before = await invite(org, email, 'admin');
    const after = await invite(org, email, 'viewer');
    expect(after.json).toMatchObject({ id: before.json.id, role: 'viewer' });
    expect((await accept(tokenOf(before.url))).status).toBe(409);
    const { json } = await accept(tokenOf(after.url));
    expect((await call('GET /auth/me', { token: json.access_token })).json.role).toBe('viewer');
  });

  test('accepted twice at once makes one user; used again, it is over', async () => {
    const org = await createOrg();
    const email = unique('race');
    const token = tokenOf((await invite(org, email)).url);
    const answers = await Promise.all([accept(token), accept(token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await accept(token)).toMatchObject({ status: 409, json: { code: 'link_over' } });
    expect((await list(org)).members).toHaveLength(2);
  });

  test.each<[string, object]>([
    ['withdrawn', { withdrawnAt: new Date() }],
    ['expired', { expiresAt: new Date() }],
  ])('that was %s makes no user', async (_, set) => {
    const org = await createOrg();
    const email = unique('late');
    const token = tokenOf((await invite(org, email)).url);
    await lapse(email, set);
    expect(await accept(token)).toMatchObject({ status: 409, json: { code: 'link_over' } });
    expect((await list(org)).members).toHaveLength(1);
  });

  test('lasts 72 hours', async () => {
    const { json } = await invite(await createOrg(), unique('long'));
    const hours = (Date.parse(json.expires_at) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(71.9);
    expect(hours).toBeLessThanOrEqual(72);
  });

  test('that is withdrawn while it is accepted comes to one of the two', async () => {
    const org = await createOrg();
    for (let time = 0; time < 5; time += 1) {
      const email = unique(`taken-back${time}`);
      const { json, url } = await invite(org, email);
      const withdraw = call(`POST /team/invitations/${json.id}/withdraw`, { token: org.token });
      const [accepted, withdrawn] = await Promise.all([accept(tokenOf(url)), withdraw]);
      const isMember = (await list(org)).members.some((member: { email: string }) => member.email === email);
      expect([accepted.status, withdrawn.status]).toEqual(isMember ? [200, 404] : [409, 200]);
    }
  });

  test('is withdrawn, twice the same; one that was accepted is not', async () => {
    const org = await createOrg();
    const withdraw = (id: string, token = org.token) =>
      call(`POST /team/invitations/${id}/withdraw`, { token });
    const { url, json } = await invite(org, unique('withdrawn'));
    const { id } = json;
    const stranger = await createOrg();
    expect((await withdraw(id, stranger.token)).json.code).toBe('invitation_not_found');
    expect([(await withdraw(id)).status, (await withdraw(id)).status]).toEqual([200, 200]);
    expect((await accept(tokenOf(url))).status).toBe(409);
    expect(await call(`POST /team/invitations/${id}/send`, { token: org.token })).toMatchObject({
      ...{ status: 404, json: { code: 'invitation_not_found' } },
    });
    const other = await invite(org, unique('accepted'));
    await accept(tokenOf(other.url));
    expect((await withdraw(other.json.id)).json.code).toBe('invitation_not_found');
  });

  test('of who is a member is refused; of who has an account elsewhere, at the end, and stays open', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    expect((await invite(org, org.email)).json.code).toBe('already_a_member');
    const invited = await invite(org, other.email);
    expect(invited.status).toBe(201);
    expect(await accept(tokenOf(invited.url))).toMatchObject({
      ...{ status: 409, json: { code: 'address_in_use' } },
    });
    expect((await list(org)).invitations).toHaveLength(1);
  });

  test('whose mail the vendor does not take says so, and its link works all the same', async () => {
    vendor.outcome = 'unknown';
    const { json } = await invite(await createOrg(), unique('lost')).finally(() => {
      vendor.outcome = 'accepted';
    });
    expect(json.mail).toBe('failed');
    expect((await accept(tokenOf(json.invitation_url))).status).toBe(200);
  });

  test('is one too many beyond 200 people', async () => {
    const org = await createOrg();
    const rows = Array.from({ length: 198 }, (_, n) => ({
      id: crypto.randomUUID(),
      orgId: org.id,
      email: unique(`many${n}`),
      role: 'staff' as const,
      sentAt: new Date(0),
      expiresAt: new Date(Date.now() + 60_000),
    }));
    await db.insert(invitations).values(rows);
    const last = unique('last');
    expect((await invite(org, last)).status).toBe(201);
    expect((await invite(org, unique('beyond'))).json.code).toBe('team_full');
    await lapse(last, aMinuteAgo);
    expect((await invite(org, last)).status).toBe(201); // it is counted already
  });

  test('at the limit is not renewed where it is none yet, and is where it is open', async () => {
    const org = await createOrg();
    const rows = Array.from({ length: 199 }, (_, n) => ({
      ...{ id: crypto.randomUUID(), orgId: org.id, email: unique(`full${n}`), role: 'viewer' as const },
      ...{ expiresAt: new Date(), sentAt: new Date(0) },
    }));
    await db.insert(invitations).values(rows);
    const [expired] = rows;
    const again = await invite(org, expired?.email ?? '', 'admin');
    expect(again).toMatchObject({ status: 201, json: { role: 'admin', mail: 'sent' } });
    expect((await accept(tokenOf(again.url))).status).toBe(200);
  });

  test('goes out 100 times an hour at most, with those that were withdrawn', async () => {
    const org = await createOrg();
    const rows = Array.from({ length: 100 }, (_, n) => ({
      ...{ id: crypto.randomUUID(), orgId: org.id, email: unique(`often${n}`), role: 'viewer' as const },
      ...{ expiresAt: new Date(), withdrawnAt: new Date() },
    }));
    await db.insert(invitations).values(rows);
    const email = unique('more');
    expect(await invite(org, email)).toMatchObject({ status: 429, json: { code: 'rate_limited' } });
    expect(mailsTo(email)).toEqual([]);
  });

  onServer('is accepted in its turn: not while another write of the org is under way', async () => {
    const org = await createOrg();
    const email = unique('turn');
    const { url } = await invite(org, email);
    const isMember = async () => (await db.$count(users, eq(users.email, email))) === 1;
    const other = db.batch([
      db.execute(sql`select from orgs where id = ${org.id} for no key update`),
      db.execute(sql`select pg_sleep(1.5)`),
    ]);
    const accepted = new Promise((resolve) => setTimeout(resolve, 200)).then(() => accept(tokenOf(url)));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await isMember()).toBe(false);
    await other;
    expect((await accepted).status).toBe(200);
    expect(await isMember()).toBe(true);
  });

  test.each([
    ['an address that is none', { email: 'grace', role: 'staff' }, '#/email'],
    ['a role that is none', { email: 'grace@example.com', role: 'owner' }, '#/role'],
  ])('to %s is refused at the field', async (_, json, pointer) => {
    const answer = await call('POST /team/invitations', { token: (await createOrg()).token, json });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ pointer }] } });
  });

  test('takes no weak password, and no token of another kind', async () => {
    const org = await createOrg();
    const token = tokenOf((await invite(org, unique('weak'))).url);
    expect((await accept(token, 'Grace', 'short')).json.errors).toMatchObject([
      { pointer: '#/password', code: 'too_short' },
    ]);
    expect((await accept(token, ' ')).json.errors).toMatchObject([{ pointer: '#/name' }]);
    for (const other of [org.token, (await createProposal(org.id)).token, 'no.token.atall']) {
      expect(await accept(other)).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
    }
    expect((await call('GET /auth/me', { token })).status).toBe(401);
    expect((await accept(token)).status).toBe(200);
  });

  test('is accepted on a page of the portal only', async () => {
    const org = await createOrg();
    const token = tokenOf((await invite(org, unique('site'))).url);
    const json = { token, name: 'Grace', password };
    expect(await call('POST /auth/invitation', { json })).toMatchObject({ status: 403 });
  });
});

describe('who may do it', () => {
  test.each(['staff', 'viewer'] as const)(
    '%s read the team, without links, and change nothing of it',
    async (role) => {
      const org = await createOrg();
      const member = await createMember(org, role);
      const { id } = (await invite(org, unique('seen'))).json;
      const seen = await list(member);
      expect(seen.members).toHaveLength(2);
      expect(seen.invitations).toMatchObject([{ id, invitation_url: null }]);
      const { userId } = org.actor;
      for (const [route, json] of [
        ['POST /team/invitations', { email: unique('x'), role: 'admin' }],
        [`POST /team/invitations/${id}/send`, undefined],
        [`POST /team/invitations/${id}/withdraw`, undefined],
        [`PATCH /team/members/${member.userId}`, { role: 'admin' }],
        [`POST /team/members/${userId}/deactivate`, undefined],
        [`POST /team/members/${userId}/reactivate`, undefined],
      ] as const) {
        expect(await call(route, { token: member.token, json })).toMatchObject({
          status: 403,
          json: { code: 'forbidden' },
        });
      }
      expect((await list(org)).members).toEqual(seen.members);
    },
  );

  test('admins of another org find no such person', async () => {
    const [org, other] = [await createOrg(), await createOrg()];
    const { userId } = other.actor;
    for (const [route, json] of [
      [`PATCH /team/members/${userId}`, { role: 'viewer' }],
      [`POST /team/members/${userId}/deactivate`, undefined],
      [`POST /team/members/${userId}/reactivate`, undefined],
    ] as const) {
      expect(await call(route, { token: org.token, json })).toMatchObject({
        status: 404,
        json: { code: 'user_not_found' },
      });
    }
    expect(await statusOf(other.token)).toBe(200);
  });

  test('a viewer reads proposals and writes none', async () => {
    const org = await createOrg();
    const viewer = await createMember(org, 'viewer');
    const { id } = await createProposal(org.id);
    expect((await call(`GET /proposals/${id}`, { token: viewer.token })).status).toBe(200);
    expect((await call(`POST /proposals/${id}/void`, { token: viewer.token })).json.code).toBe('forbidden');
  });
});

describe('a change of role', () => {
  const change = (token: string, userId: number, role: Role) =>
    call(`PATCH /team/members/${userId}`, { token, json: { role } });

  test('ends the tokens with the role before; twice is the same', async () => {
    const org = await createOrg();
    const member = await createMember(org, 'staff');
    for (let time = 1; time <= 2; time += 1) {
      expect(await change(org.token, member.userId, 'viewer')).toMatchObject({
        status: 200,
        json: { role: 'viewer' },
      });
    }
    expect(await statusOf(member.token)).toBe(401);
  });

  test('never leaves an org without an admin, also where two step down at once', async () => {
    const org = await createOrg();
    expect(await change(org.token, org.actor.userId, 'staff')).toMatchObject({
      status: 409,
      json: { code: 'last_admin' },
    });
    const other = await createMember(org, 'admin');
    const answers = await Promise.all([
      change(org.token, org.actor.userId, 'staff'),
      change(other.token, other.userId, 'staff'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const admins = await db.select().from(users).where(sql`org_id = ${org.id} and role = 'admin'`);
    expect(admins).toHaveLength(1);
  });

  test('by two who remove each other at once leaves one', async () => {
    const org = await createOrg();
    const other = await createMember(org, 'admin');
    const answers = await Promise.all([
      change(org.token, other.userId, 'staff'),
      call(`POST /team/members/${org.actor.userId}/deactivate`, { token: other.token }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]); // the second is no admin any more
    const admins = await db
      .select()
      .from(users)
      .where(sql`org_id = ${org.id} and role = 'admin' and deactivated_at is null`);
    expect(admins).toHaveLength(1);
  });
});

describe('a deactivation', () => {
  const deactivate = (token: string, userId: number) =>
    call(`POST /team/members/${userId}/deactivate`, { token });

  test('ends sessions and tokens at once; twice is the same; a reactivation lets them in again', async () => {
    const org = await createOrg();
    const member = await createMember(org, 'staff');
    const { email } = member;
    const signIn = () => call('POST /auth/sessions', { json: { email, password }, headers: from() });
    const begun = await signIn();
    expect((await list(org)).members[1].last_used_at).not.toBe(null);
    for (let time = 1; time <= 2; time += 1) {
      expect(await deactivate(org.token, member.userId)).toMatchObject({
        status: 200,
        json: { is_active: false },
      });
    }
    expect([await statusOf(member.token), await statusOf(begun.json.access_token)]).toEqual([401, 401]);
    expect((await signIn()).json.code).toBe('invalid_credentials');
    for (let time = 1; time <= 2; time += 1) {
      const again = await call(`POST /team/members/${member.userId}/reactivate`, { token: org.token });
      expect(again).toMatchObject({ status: 200, json: { is_active: true } });
    }
    expect(await statusOf(begun.json.access_token)).toBe(401);
    expect((await signIn()).status).toBe(200);
  });

  test('is refused of the last admin, themself, also where two leave at once', async () => {
    const org = await createOrg();
    expect((await deactivate(org.token, org.actor.userId)).json.code).toBe('last_admin');
    const other = await createMember(org, 'admin');
    const answers = await Promise.all([
      deactivate(org.token, org.actor.userId),
      deactivate(other.token, other.userId),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

test('a reactivation of the 201st is refused', async () => {
  const org = await createOrg();
  const rows = Array.from({ length: 200 }, (_, n) => ({
    ...{ orgId: org.id, email: unique(`old${n}`), passwordHash: 'none', role: 'viewer' as const },
    deactivatedAt: n === 0 ? new Date() : null,
  }));
  const [old] = await db.insert(users).values(rows).returning({ id: users.id });
  const answer = await call(`POST /team/members/${old?.id}/reactivate`, { token: org.token });
  expect(answer).toMatchObject({ status: 409, json: { code: 'team_full' } });
  expect((await list(org)).members).toHaveLength(201);
});

describe('a forgotten password', () => {
  const next = 'another horse battery staple';
  const forgot = (email: string) => call('POST /auth/password/forgot', { json: { email }, headers: from() });
  const reset = (token: string, secret = next) =>
    call('POST /auth/password/reset', { json: { token, password: secret }, headers: from() });
  const resetTokenOf = (email: string) => tokenOf(linkTo(email));

  test('is replaced by the link that is mailed, once: sessions and tokens end', async () => {
    const org = await createOrg({ passwordHash });
    const json = { email: org.email, password };
    const begun = await call('POST /auth/sessions', { json, headers: from() });
    expect(await forgot(` ${org.email.toUpperCase()}`)).toMatchObject({ status: 202, json: { asked: true } });
    const token = resetTokenOf(org.email);
    const answer = await reset(token);
    expect(answer).toMatchObject({ status: 200, json: { expires_in: 600 } });
    expect(await statusOf(answer.json.access_token)).toBe(200);
    expect([await statusOf(org.token), await statusOf(begun.json.access_token)]).toEqual([401, 401]);
    expect(await reset(token)).toMatchObject({ status: 409, json: { code: 'link_over' } });
    const signIn = (secret: string) =>
      call('POST /auth/login', { json: { email: org.email, password: secret }, headers: from() });
    expect([(await signIn(password)).status, (await signIn(next)).status]).toEqual([401, 200]);
  });

  test('of two resets at once is set by one', async () => {
    const org = await createOrg({ passwordHash });
    await forgot(org.email);
    const token = resetTokenOf(org.email);
    const answers = await Promise.all([reset(token), reset(token, `${next} as well`)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('is mailed once in five minutes', async () => {
    const org = await createOrg({ passwordHash });
    await Promise.all([forgot(org.email), forgot(org.email), forgot(org.email)]);
    expect(mailsTo(org.email)).toHaveLength(1);
    await db
      .update(users)
      .set({ resetSentAt: sql`now() - interval '5 minutes'` })
      .where(eq(users.email, org.email));
    await forgot(org.email);
    expect(mailsTo(org.email)).toHaveLength(2);
    expect(await statusOf(org.token)).toBe(200); // asking ends nothing
  });

  test('of an unknown address, or of a deactivated user, gets the same answer and no mail', async () => {
    const org = await createOrg({ passwordHash });
    const known = await forgot(org.email);
    const gone = await createOrg({ passwordHash });
    await db.update(users).set({ deactivatedAt: new Date() }).where(eq(users.email, gone.email));
    for (const email of [unique('unknown'), gone.email]) {
      const { status, text } = await forgot(email);
      expect({ status, text }).toEqual({ status: known.status, text: known.text });
      expect(mailsTo(email)).toEqual([]);
    }
  });

  test('is not set for a user who was deactivated meanwhile, nor after another change', async () => {
    for (const set of [{ deactivatedAt: new Date() }, { passwordHash: 'another' }]) {
      const org = await createOrg({ passwordHash });
      await forgot(org.email);
      await db.update(users).set(set).where(eq(users.email, org.email));
      expect((await reset(resetTokenOf(org.email))).json.code).toBe('link_over');
    }
  });

  test('takes a link for an hour, of its own kind, and no weak password', async () => {
    const org = await createOrg({ passwordHash });
    const { userId } = org.actor;
    const expired = await tokens.signReset(
      { userId, generation: 0 },
      org.email,
      new Date(Date.now() - 1_000),
    );
    expect((await reset(expired)).json.code).toBe('token_expired');
    for (const other of [org.token, 'no.token.atall'])
      expect((await reset(other)).json.code).toBe('token_invalid');
    await forgot(org.email);
    expect((await reset(resetTokenOf(org.email), 'unbelievable')).json.errors).toMatchObject([
      { code: 'too_common' },
    ]);
    const json = { token: resetTokenOf(org.email), password: next };
    expect((await call('POST /auth/password/reset', { json })).status).toBe(403);
  });

  test('says that no mail can be sent where none can, whoever asks', async () => {
    const production = { ENVIRONMENT: 'production', PORTAL_PUBLIC_URL: 'https://portal.example' };
    const bindings = { ...production, RESEND_API_KEY: undefined } as never;
    for (const email of [(await createOrg()).email, unique('unknown')]) {
      const answer = await call('POST /auth/password/forgot', { json: { email }, headers: from(), bindings });
      expect(answer).toMatchObject({ status: 409, json: { code: 'mail_off' } });
    }
  });
});
