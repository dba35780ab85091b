import { eq, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { contracts } from '../../src/contracts.ts';
import { sessions, users } from '../../src/db/schema.ts';
import { asksForProof, holdersOf } from '../../src/domain/permissions.ts';
import { type Contract, permissionOf } from '../../src/http/contract.ts';
import { call } from '../support/api.ts';
import {
  append,
  bindings,
  createOrg,
  createProposal,
  db,
  eventsOf,
  rowCounts,
  tokens,
} from '../support/world.ts';

// Nothing is to be mailed.
vi.mock('../../src/mail/gateway.ts', () => import('../support/mail-gateway.ts'));

// Every route that takes a token, with every way in which a token that was handed out ends.

const routes = Object.entries<Contract>(contracts).flatMap(([route, contract]) => {
  const permission = permissionOf(contract.permission);
  return permission ? [{ route, contract, permission, holders: holdersOf(permission) }] : [];
});
const ofStaff = routes.filter(({ holders }) => holders.includes('admin'));
const ofCustomers = routes.filter(({ holders }) => holders.includes('customer'));

/** Calls a route with its own example, but about this proposal and session. */
function ask(
  { route, contract }: (typeof routes)[number],
  token: string,
  about: { proposalId: number; sessionId: string },
) {
  const { query, body, headers } = contract.example;
  const path = route
    .replace(':proposal_id', String(about.proposalId))
    .replace(':session_id', about.sessionId)
    .replace(
      /:(payment_id|entry_id|mail_id|booking_id|sid|invitation_id|user_id)/,
      (_, name) => contract.example.path?.[name] ?? '',
    );
  const asked = query?.proposal_id ? { proposal_id: String(about.proposalId) } : query;
  return call(`${path}?${new URLSearchParams(asked)}`, {
    token,
    ...(headers ? { headers } : {}),
    ...(body === undefined ? {} : { json: body }),
  });
}

/** A proposal that is approved, with a session that was begun. */
async function setUp() {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const begun = await call(`POST /payments/checkout_session?proposal_id=${proposal.id}`, {
    token: proposal.token,
  });
  expect(begun.status).toBe(200);
  return { org, proposal, about: { proposalId: proposal.id, sessionId: begun.json.session_id as string } };
}

type Org = Awaited<ReturnType<typeof createOrg>>;

const ofUser = (org: Org, set: object) => db.update(users).set(set).where(eq(users.id, org.actor.userId));

const endsOfTokens: Record<string, (org: Org) => Promise<unknown>> = {
  'a change of password': (org) => ofUser(org, { passwordHash: 'another' }),
  'a change of role': (org) => ofUser(org, { role: 'staff' }),
  'a change of role and back': async (org) => {
    await ofUser(org, { role: 'staff' });
    await ofUser(org, { role: 'admin' });
  },
  'a change of org': async (org) => ofUser(org, { orgId: (await createOrg()).id }),
  'a deactivation': (org) => ofUser(org, { deactivatedAt: new Date() }),
  'the end of the row': (org) => db.delete(users).where(eq(users.id, org.actor.userId)),
};

describe.each(Object.entries(endsOfTokens))("a user's token from before %s", (_, end) => {
  test.each(ofStaff)('is refused by $route, which changes nothing', async (asked) => {
    const { org, about } = await setUp();
    await end(org);
    const before = await rowCounts();
    const answer = await ask(asked, org.token, about);
    expect(answer).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await rowCounts()).toEqual(before);
  });
});

test.each(ofStaff)('a token of now is taken by $route', async (asked) => {
  const { org, about } = await setUp();
  await ofUser(org, { passwordHash: 'another' });
  const token = await tokens.signStaff({ ...org.actor, generation: 1 }, new Date());
  expect((await ask(asked, token, about)).status).not.toBe(401);
});

test.each(ofStaff)('a token of now, of a user who is deactivated, is refused by $route', async (asked) => {
  const { org, about } = await setUp();
  await ofUser(org, { deactivatedAt: new Date() });
  const token = await tokens.signStaff({ ...org.actor, generation: 1 }, new Date());
  expect(await ask(asked, token, about)).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
});

/** A session of an org's admin, and its token. */
async function openSession({ actor }: Org, values: Partial<typeof sessions.$inferInsert> = {}) {
  const sid = crypto.randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db
    .insert(sessions)
    .values({ id: sid, userId: actor.userId, tokenGeneration: 0, expiresAt, ...values });
  return tokens.signStaff({ ...actor, generation: 0, sid, provedAt: Date.now() }, new Date());
}

test.each(ofStaff)(
  'a session whose user proved who they are 16 minutes ago is asked again by $route if that matters, and changes nothing',
  async (asked) => {
    const { org, about } = await setUp();
    const sid = crypto.randomUUID();
    await openSession(org, { id: sid });
    const provedAt = Date.now() - 16 * 60_000;
    const token = await tokens.signStaff({ ...org.actor, generation: 0, sid, provedAt }, new Date());
    const before = await rowCounts();
    const { status, json } = await ask(asked, token, about);
    if (asksForProof(asked.permission)) {
      expect([status, json.code]).toEqual([403, 'proof_required']);
      expect(await rowCounts()).toEqual(before);
    } else expect(json?.code).not.toBe('proof_required');
  },
);

const endedSessions: Record<string, (org: Org) => Promise<string>> = {
  'that has ended': (org) => openSession(org, { endedAt: new Date() }),
  'that has expired': (org) => openSession(org, { expiresAt: new Date() }),
  'of another user': async (org) => openSession(org, { userId: (await createOrg()).actor.userId }),
  'that never was': ({ actor }) =>
    tokens.signStaff({ ...actor, generation: 0, sid: crypto.randomUUID(), provedAt: Date.now() }, new Date()),
};

describe.each(Object.entries(endedSessions))('a token of a session %s', (_, open) => {
  test.each(ofStaff)('is refused by $route, which changes nothing', async (asked) => {
    const { org, about } = await setUp();
    const token = await open(org);
    const before = await rowCounts();
    expect(await ask(asked, token, about)).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
    expect(await rowCounts()).toEqual(before);
  });
});

test.each(ofStaff)('a token of an open session is taken by $route', async (asked) => {
  const { org, about } = await setUp();
  expect((await ask(asked, await openSession(org), about)).status).not.toBe(401);
});

const endsOfLinks: Record<string, (org: Org, proposalId: number) => Promise<unknown>> = {
  'a corrected address': (org, id) =>
    call(`PATCH /proposals/${id}`, { token: org.token, json: { customer_email: 'right@example.com' } }),
  'an address corrected by hand': (_, id) =>
    db.execute(sql`update proposals set customer_email = 'right@example.com' where id = ${id}`),
  'a revocation': (org, id) => call(`POST /proposals/${id}/links/revoke`, { token: org.token }),
};

describe.each(Object.entries(endsOfLinks))('a link from before %s', (_, end) => {
  test.each(ofCustomers)('is refused by $route, which changes nothing', async (asked) => {
    const { org, proposal, about } = await setUp();
    await end(org, proposal.id);
    const before = await rowCounts();
    const answer = await ask(asked, proposal.token, about);
    expect(answer).toMatchObject({ status: 401, json: { code: 'token_invalid' } });
    expect(await rowCounts()).toEqual(before);
  });

  test.each(ofCustomers)('a link from after it is taken by $route', async (asked) => {
    const { org, proposal, about } = await setUp();
    await end(org, proposal.id);
    const sent = await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
    const [, token = ''] = sent.json.portal_url.split('#token=');
    expect((await ask(asked, token, about)).status).not.toBe(401);
  });
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

/** A proposal whose last entry is so many days old. */
async function setUpIdle(days: number) {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const expiresAt = daysAgo(-1);
  const sentAt = daysAgo(days + 170);
  await append({ kind: 'send', proposalId: proposal.id, actor: org.actor, expiresAt }, sentAt);
  const approval = { name: 'Ada Lovelace', version: 1, ip: null };
  await append(
    { kind: 'approve', proposalId: proposal.id, actor: proposal.customer, ...approval },
    daysAgo(days),
  );
  return { org, proposal, about: { proposalId: proposal.id, sessionId: 'cs_test_1' } };
}

describe('a link of a proposal in which nothing has happened', () => {
  test.each(ofCustomers)(
    'for more than 180 days is refused by $route, which changes nothing',
    async (asked) => {
      const { proposal, about } = await setUpIdle(180.01);
      const before = await rowCounts();
      const answer = await ask(asked, proposal.token, about);
      expect(answer).toMatchObject({ status: 401, json: { code: 'token_expired' } });
      expect(await rowCounts()).toEqual(before);
    },
  );

  test.each(ofCustomers)('for 179 days is taken by $route, however old its sending is', async (asked) => {
    const { proposal, about } = await setUpIdle(179);
    expect((await ask(asked, proposal.token, about)).status).not.toBe(401);
  });

  test('opens it again once staff do something there', async () => {
    const { org, proposal } = await setUpIdle(200);
    const json = { customer_name: 'Ada King' };
    expect((await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json })).status).toBe(200);
    expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.token })).status).toBe(200);
  });
});

// The customer reads that it was withdrawn, and what became of their money.
const afterVoid: Record<string, [status: number, code?: string]> = {
  'GET /proposals/:proposal_id': [200],
  'POST /proposals/:proposal_id/view': [200],
  'POST /proposals/:proposal_id/approve': [409, 'proposal_void'],
  'POST /proposals/:proposal_id/decline': [409, 'proposal_void'],
  'POST /payments/checkout_session': [409, 'proposal_void'],
  'GET /payments/sessions/:session_id': [200],
};

test.each(ofCustomers)('a link from before a void reads, and does nothing: $route', async (asked) => {
  const { org, proposal, about } = await setUp();
  await call(`POST /proposals/${proposal.id}/void`, { token: org.token });
  const { status, json } = await ask(asked, proposal.token, about);
  expect(status < 400 ? [status] : [status, json.code]).toEqual(afterVoid[asked.route]);
});

describe('withdrawing the links', () => {
  test('is an entry, once: a second click and a replay add none', async () => {
    const { org, proposal } = await setUp();
    const revoke = () => call(`POST /proposals/${proposal.id}/links/revoke`, { token: org.token });
    const answers = [...(await Promise.all([revoke(), revoke()])), await revoke()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'checkout_created', 'links_revoked']);
  });

  test('ends the link that was made in the same hour, and the next is another', async () => {
    const { org, proposal } = await setUp();
    const send = async () =>
      (await call(`POST /proposals/${proposal.id}/send`, { token: org.token })).json.portal_url as string;
    const first = await send();
    await call(`POST /proposals/${proposal.id}/links/revoke`, { token: org.token });
    const second = await send();
    expect(second).not.toBe(first);
    expect(await send()).toBe(second);
    const statuses = await Promise.all(
      [first, second].map(async (url) => {
        const [, token = ''] = url.split('#token=');
        return (await call(`GET /proposals/${proposal.id}`, { token })).status;
      }),
    );
    expect(statuses).toEqual([401, 200]);
  });

  test('is refused to the staff of another org', async () => {
    const { proposal } = await setUp();
    const stranger = await createOrg();
    const answer = await call(`POST /proposals/${proposal.id}/links/revoke`, { token: stranger.token });
    expect(answer).toMatchObject({ status: 404, json: { code: 'proposal_not_found' } });
  });

  test('also closes a void proposal, whose link went to the wrong person', async () => {
    const { org, proposal } = await setUp();
    await call(`POST /proposals/${proposal.id}/void`, { token: org.token });
    expect((await call(`POST /proposals/${proposal.id}/links/revoke`, { token: org.token })).status).toBe(
      200,
    );
    expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.token })).status).toBe(401);
  });

  test('and a corrected address in one group raise the generation by two, in the row too', async () => {
    const { org, proposal } = await setUp();
    const content = {
      ...{ title: 'Kitchen', customerName: 'Ada Lovelace', customerEmail: 'right@example.com' },
      ...{ lineItems: [], totalCents: 1_575_000, contentHash: 'other', currency: 'usd' },
      ...{ discount: {}, schedule: null, validUntil: null, terms: null },
    };
    const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
    const about = { proposalId: proposal.id, actor: org.actor };
    const results = await shard.executeAll([
      { kind: 'revoke_links', ...about },
      { kind: 'revise', ...about, version: 1, content, replaced: content },
    ]);
    expect(results).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'recorded', proposal: { linkGeneration: 2 } },
    ]);
    const { rows } = await db.execute(sql`select link_generation from proposals where id = ${proposal.id}`);
    expect(rows).toEqual([{ link_generation: 2 }]);
  });

  test('another name, or the same address again, ends no link', async () => {
    const { org, proposal } = await setUp();
    const json = { customer_name: 'Ada King', customer_email: 'ada@example.com' };
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
    expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.token })).status).toBe(200);
  });
});

test('a deactivated user cannot sign in', async () => {
  const { hashPassword } = await import('../../src/auth/password.ts');
  const org = await createOrg({ passwordHash: await hashPassword('right') });
  const signIn = () => call('POST /auth/login', { json: { email: org.email, password: 'right' } });
  expect((await signIn()).status).toBe(200);
  await ofUser(org, { deactivatedAt: new Date() });
  expect(await signIn()).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
});
