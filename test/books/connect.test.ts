import { runInDurableObject } from 'cloudflare:test';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Intuit } from '../../local/intuit/intuit.ts';
import { Connections } from '../../src/books/connection.ts';
import { auditLog, booksConnections, channels, outbox, sessions, users } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { playIntuit, quickBooks } from '../support/books.ts';
import { deliver, passTime } from '../support/mail.ts';
import {
  bindings,
  createOrg,
  createProposal,
  db,
  entriesOf,
  paidEvent,
  rowCounts,
  tokens,
} from '../support/world.ts';

type Org = Awaited<ReturnType<typeof createOrg>>;

const portal = 'http://localhost:5173';

/** Goes to Intuit's page: what it is asked, and the cookie that the browser holds. */
async function begin(org: Pick<Org, 'token'>) {
  const answer = await call('POST /quickbooks/connect', { token: org.token, headers: { origin: portal } });
  expect(answer.status).toBe(200);
  const url = new URL(answer.json.url);
  const [, nonce = ''] = /^books_nonce=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
  const { state = '', redirect_uri: redirectUri = '' } = Object.fromEntries(url.searchParams);
  return { state, redirectUri, nonce, cookie: answer.headers.get('set-cookie') };
}

/** Comes back from Intuit. Resolves with the problem that the page is given; null where there is none. */
async function comeBack(query: Record<string, string>, nonce: string | null): Promise<string | null> {
  const headers: Record<string, string> = nonce === null ? {} : { cookie: `books_nonce=${nonce}` };
  const answer = await call(`GET /quickbooks/callback?${new URLSearchParams(query)}`, { headers });
  expect(answer.status).toBe(302);
  const location = new URL(answer.headers.get('location') ?? '');
  expect([location.origin, location.pathname]).toEqual([portal, '/staff/books']);
  return location.searchParams.get('problem');
}

async function connect(intuit: Intuit, org: Org, realmId: string): Promise<string | null> {
  const { state, redirectUri, nonce } = await begin(org);
  return comeBack({ code: intuit.consent(realmId, redirectUri), state, realmId }, nonce);
}

const read = async (org: Org) => (await call('GET /quickbooks', { token: org.token })).json;

/** Makes what is missing, and confirms. */
async function confirm(org: Org, changes: object = {}) {
  const make = async (part: string) =>
    (await call('POST /quickbooks/parts', { token: org.token, json: { part } })).json.id as string;
  const [deposit, income, clearing] = [
    await make('deposit_item'),
    await make('income_item'),
    await make('clearing_account'),
  ];
  const { accounts } = (await call('GET /quickbooks/choices', { token: org.token })).json;
  const other = accounts.find(({ name }: { name: string }) => name === 'Undeposited Funds').id;
  const settings = {
    ...{ mode: 'invoice', deposit_item_id: deposit, income_item_id: income, clearing_account_id: clearing },
    ...{ other_account_id: other, start_on: new Date().toISOString().slice(0, 10) },
  };
  return call('PUT /quickbooks/settings', { token: org.token, json: { ...settings, ...changes } });
}

/** Pays a proposal's deposit by Stripe's webhook, and has what is owed booked. */
async function pay(proposal: { id: number; orgId: number }, cents = 472_500) {
  const paid = await call('POST /payments/webhook', { json: paidEvent(proposal, { amount_total: cents }) });
  expect(paid.status).toBe(200);
}

const bookingsOf = async (org: Org, proposalId: number) =>
  (await call(`GET /proposals/${proposalId}/activity`, { token: org.token })).json.data.flatMap(
    ({ event, booking }: { event: string; booking: { state: string; reason: string | null } | null }) =>
      booking ? [[event, booking.state, booking.reason]] : [],
  );

/** What the audit log says was done in an org, in order. */
const actionsOf = async ({ id }: Org) =>
  (await db.select().from(auditLog).where(eq(auditLog.orgId, id)).orderBy(auditLog.id)).map(
    ({ action }) => action,
  );

async function setUp(currency = 'usd') {
  const intuit = playIntuit();
  const company = intuit.addCompany('PeakPro LLC');
  company.currency = currency.toUpperCase();
  const org = await createOrg();
  return { intuit, company, org };
}

test('an admin connects a company, chooses how to book, and a payment is booked once', async () => {
  const { intuit, company, org } = await setUp();
  const proposal = await createProposal(org.id);
  expect(await read(org)).toMatchObject({ state: 'off', company: null });
  expect(await connect(intuit, org, company.realmId)).toBe(null);
  expect(await read(org)).toMatchObject({ state: 'choosing', company: 'PeakPro LLC', settings: null });

  // Nothing is booked before it is confirmed.
  await pay(proposal);
  await deliver(org.id);
  expect(await db.$count(outbox, eq(outbox.orgId, org.id))).toBe(0);

  expect(await confirm(org)).toMatchObject({
    status: 200,
    json: { state: 'on', settings: { mode: 'invoice' } },
  });
  await deliver(org.id);
  expect(await bookingsOf(org, proposal.id)).toEqual([['payment_success', 'sent', null]]);
  expect(Object.fromEntries(company.balances())).toMatchObject({
    'Customer deposits': -472_500,
    'Stripe clearing': 472_500,
    'Accounts Receivable (A/R)': 0,
  });
  const booked = (await entriesOf(proposal.id)).find(({ event }) => event === 'booked');
  expect(booked).toMatchObject({
    actor: 'books',
    meta: { fact: 'received', amount_cents: 472_500, currency: 'usd', document_type: 'Invoice' },
  });
  const entries = await db.select().from(auditLog).where(eq(auditLog.orgId, org.id));
  expect(entries.map(({ action, about }) => [action, about])).toEqual([
    ['books_connected', 'PeakPro LLC'],
    ['books_confirmed', 'PeakPro LLC'],
  ]);
});

describe('what comes back from Intuit connects nothing', () => {
  async function refused(change: (begun: Awaited<ReturnType<typeof begin>>, org: Org) => unknown) {
    const { intuit, company, org } = await setUp();
    const begun = await begin(org);
    const { realmId } = company;
    const query = { code: intuit.consent(realmId, begun.redirectUri), state: begun.state, realmId };
    const { query: other, nonce = begun.nonce } = ((await change(begun, org)) ?? {}) as {
      query?: Partial<typeof query> & { error?: string };
      nonce?: string | null;
    };
    const asked = Object.entries({ ...query, ...other }).filter(([, value]) => value !== undefined);
    const problem = await comeBack(Object.fromEntries(asked) as Record<string, string>, nonce);
    expect(await db.$count(booksConnections, eq(booksConnections.orgId, org.id))).toBe(0);
    return problem;
  }

  test('with a state that was not handed out', async () => {
    expect(await refused(() => ({ query: { state: 'forged' } }))).toBe('link_over');
    expect(await refused(() => ({ query: { state: undefined } }))).toBe('link_over');
  });

  test('in another browser than the one that began', async () => {
    expect(await refused(() => ({ nonce: null }))).toBe('link_over');
    const other = await setUp();
    const { nonce } = await begin(other.org);
    expect(await refused(() => ({ nonce }))).toBe('link_over');
  });

  test('after ten minutes', async () => {
    const problem = await refused((_, org) =>
      db
        .execute(sql`update books_authorizations set expires_at = now() where org_id = ${org.id}`)
        .then(() => ({})),
    );
    expect(problem).toBe('link_over');
  });

  test('for one who is no admin any more, was deactivated, or has another password', async () => {
    for (const change of [
      { role: 'staff' as const },
      { deactivatedAt: new Date() },
      { passwordHash: 'another' },
    ]) {
      const problem = await refused((_, org) =>
        db
          .update(users)
          .set(change)
          .where(eq(users.orgId, org.id))
          .then(() => ({})),
      );
      expect(problem).toBe('link_over');
    }
  });

  test('without a company, a code, or a consent', async () => {
    expect(await refused(() => ({ query: { realmId: undefined } }))).toBe('no_company');
    expect(await refused(() => ({ query: { realmId: '../../v3' } }))).toBe('no_company');
    expect(await refused(() => ({ query: { code: undefined } }))).toBe('denied');
    expect(await refused(() => ({ query: { code: undefined, error: 'access_denied' } }))).toBe('denied');
  });

  test('with a code that Intuit does not know', async () => {
    expect(await refused(() => ({ query: { code: 'AB0' } }))).toBe('books_connection_lost');
  });
});

test('a state is good once, and one that was not finished ends with the next', async () => {
  const { intuit, company, org } = await setUp();
  const { realmId } = company;
  const [first, second] = [await begin(org), await begin(org)];
  const query = (state: string) => ({ code: intuit.consent(realmId, second.redirectUri), state, realmId });
  expect(await comeBack(query(first.state), first.nonce)).toBe('link_over');
  expect(await comeBack(query(second.state), second.nonce)).toBe(null);
  expect(await comeBack(query(second.state), second.nonce)).toBe('link_over');
  expect(await read(org)).toMatchObject({ state: 'choosing' });
});

test('of two who come back with one state at once, one connects', async () => {
  const { intuit, company, org } = await setUp();
  const { realmId } = company;
  const { state, redirectUri, nonce } = await begin(org);
  const query = () => ({ code: intuit.consent(realmId, redirectUri), state, realmId });
  const problems = await Promise.all([comeBack(query(), nonce), comeBack(query(), nonce)]);
  expect(problems.sort()).toEqual(['link_over', null]);
  expect(await actionsOf(org)).toEqual(['books_connected']);
});

test('the end of the session that began ends it, too', async () => {
  const { intuit, company, org } = await setUp();
  const sid = crypto.randomUUID();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db.insert(sessions).values({ id: sid, userId: org.actor.userId, tokenGeneration: 0, expiresAt });
  const actor = { ...org.actor, generation: 0, sid, provedAt: Date.now() };
  const token = await tokens.signStaff(actor, new Date());
  const { state, redirectUri, nonce } = await begin({ token });
  await db.update(sessions).set({ endedAt: new Date() }).where(eq(sessions.id, sid));
  const { realmId } = company;
  expect(await comeBack({ code: intuit.consent(realmId, redirectUri), state, realmId }, nonce)).toBe(
    'link_over',
  );
});

test('the cookie is for this host, for ten minutes, and comes along where Intuit leads back', async () => {
  const { org } = await setUp();
  const { cookie } = await begin(org);
  expect(cookie?.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax']);
});

test('a company that keeps its books in another currency only is refused, and let go', async () => {
  const { intuit, company, org } = await setUp('eur');
  expect(await connect(intuit, org, company.realmId)).toBe('books_currency');
  expect(await read(org)).toMatchObject({ state: 'off' });
  expect(intuit.requests.get('POST revoke')).toBe(1);
  company.hasOtherCurrencies = true;
  expect(await connect(intuit, org, company.realmId)).toBe(null);
});

test("another org's company is refused until that one lets it go", async () => {
  const { intuit, company, org } = await setUp();
  const other = await createOrg();
  expect(await connect(intuit, other, company.realmId)).toBe(null);
  expect(await connect(intuit, org, company.realmId)).toBe('books_taken');
  expect(await call('GET /quickbooks/choices', { token: other.token })).toMatchObject({ status: 200 });
  await call('POST /quickbooks/disconnect', { token: other.token });
  expect(await connect(intuit, org, company.realmId)).toBe(null);
});

test.each(['html', 'xml', 'error_before', 'throttled', 'reply_lost'] as const)(
  'a company whose books answer with %s is not connected, and can be again',
  async (fault) => {
    const { intuit, company, org } = await setUp();
    intuit.faults.push(fault);
    expect(await connect(intuit, org, company.realmId)).toBe('books_failed');
    expect(await read(org)).toMatchObject({ state: 'off' });
    expect(await connect(intuit, org, company.realmId)).toBe(null);
  },
);

test('a person whom Intuit keeps waiting gets the page, and the reason', {
  timeout: 40_000,
}, async () => {
  const { intuit, company, org } = await setUp();
  intuit.faults.push('hang');
  expect(await connect(intuit, org, company.realmId)).toBe('books_failed');
});

test('a connection that works is kept where connecting it again fails', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  await confirm(org);
  intuit.faults.push('error_before');
  expect(await connect(intuit, org, company.realmId)).toBe('books_failed');
  intuit.expireAccess();
  expect(await call('GET /quickbooks/choices', { token: org.token })).toMatchObject({ status: 200 });
  expect(await read(org)).toMatchObject({ state: 'on' });
});

test('tokens that are damaged are those of a lost connection', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  await confirm(org);
  await db.update(booksConnections).set({ tokens: 'damaged' }).where(eq(booksConnections.orgId, org.id));
  expect(await call('GET /quickbooks/choices', { token: org.token })).toMatchObject({
    json: { code: 'books_connection_lost' },
  });
  expect(await read(org)).toMatchObject({ state: 'lost' });
});

test('tokens are sealed for their org and company', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  const [row] = await db.select().from(booksConnections).where(eq(booksConnections.orgId, org.id));
  expect(row?.tokens).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/); // a compact JWE without a wrapped key
  expect(row?.tokens).not.toContain('RT1-');
  // Copied to another org's row, they open nothing.
  const other = await createOrg();
  await db.insert(booksConnections).values({
    ...{
      orgId: other.id,
      realmId: crypto.randomUUID(),
      companyName: 'Other',
      state: 'on',
      tokens: row?.tokens,
    },
  });
  const courier = bindings.COURIER.getByName(String(other.id));
  expect(await runInDurableObject(courier, (object) => object.booksChoices())).toMatchObject({
    rejected: 'books_connection_lost',
  });
  expect(await read(other)).toMatchObject({ state: 'lost' });
});

test('what the company does not have cannot be chosen', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  const refused = await confirm(org, { deposit_item_id: '999', other_account_id: '998' });
  expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
  expect(refused.json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '#/deposit_item_id',
    '#/other_account_id',
  ]);
  expect(await read(org)).toMatchObject({ state: 'choosing' });
  expect(await db.$count(channels, eq(channels.orgId, org.id))).toBe(0);
});

test.each(['2026-02-31', '9999-12-31', '0000-01-01', '0001-01-01'])(
  'a start on %s is refused',
  async (start_on) => {
    const { intuit, company, org } = await setUp();
    await connect(intuit, org, company.realmId);
    const refused = await confirm(org, { start_on });
    expect(refused).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(refused.json.errors).toMatchObject([{ pointer: '#/start_on' }]);
  },
);

test('what is chosen may be beyond the first thousand', async () => {
  const { intuit, company, org } = await setUp();
  const [account] = [...company.accounts.values()].filter(({ Name }) => Name === 'Sales');
  for (let index = 0; index < 1_005; index += 1)
    company.create('Item', { Name: `P${index}`, IncomeAccountRef: { value: account?.Id } });
  await connect(intuit, org, company.realmId);
  expect((await confirm(org)).status).toBe(200);
});

test('what is confirmed twice is noted once', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  await confirm(org);
  const before = await rowCounts();
  expect((await confirm(org)).status).toBe(200);
  expect(await rowCounts()).toEqual(before);
  await confirm(org, { mode: 'receipt' });
  expect(await rowCounts()).not.toEqual(before);
});

test('what two confirm at once is confirmed and noted once', async () => {
  const { intuit, company, org } = await setUp();
  const proposal = await createProposal(org.id);
  await connect(intuit, org, company.realmId);
  const answers = await Promise.all([confirm(org), confirm(org)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await actionsOf(org)).toEqual(['books_connected', 'books_confirmed']);
  const [channel] = await db.select().from(channels).where(eq(channels.orgId, org.id));
  expect(channel?.generation).toBe(1);
  await pay(proposal);
  await deliver(org.id);
  expect(company.forms.Invoice.size).toBe(1);
});

test('books whose key is gone can be disconnected', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  const connections = new Connections(db, org.id, quickBooks(), () => [new Uint8Array(32).fill(9)]);
  await db.update(booksConnections).set({ state: 'disconnected' }).where(eq(booksConnections.orgId, org.id));
  expect(await connections.forget()).toBe(null);
  const [row] = await db.select().from(booksConnections).where(eq(booksConnections.orgId, org.id));
  expect(row?.tokens).toBe(null);
});

test('a part that is asked for twice is made once', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  await confirm(org);
  const items = company.items.size;
  await confirm(org);
  expect(company.items.size).toBe(items);
});

test('a part that two ask for at once is made once', async () => {
  const { intuit, company, org } = await setUp();
  await connect(intuit, org, company.realmId);
  const [items, accounts] = [company.items.size, company.accounts.size];
  const make = () => call('POST /quickbooks/parts', { token: org.token, json: { part: 'income_item' } });
  const made = await Promise.all([make(), make()]);
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
  expect(made[0]?.json).toEqual(made[1]?.json);
  expect([company.items.size, company.accounts.size]).toEqual([items + 1, accounts + 1]);
});

describe('books that were disconnected', () => {
  async function disconnected() {
    const set = await setUp();
    const { intuit, company, org } = set;
    const proposal = await createProposal(org.id);
    await connect(intuit, org, company.realmId);
    await confirm(org);
    await pay(proposal);
    await deliver(org.id);
    expect(company.forms.Invoice.size).toBe(1);
    expect(await call('POST /quickbooks/disconnect', { token: org.token })).toMatchObject({ status: 200 });
    expect(await read(org)).toMatchObject({ state: 'disconnected' });
    return { ...set, proposal };
  }

  test('get nothing more, and nothing twice when the same company comes again', async () => {
    const { intuit, company, org, proposal } = await disconnected();
    await pay(proposal, 10_000);
    await deliver(org.id);
    expect(company.forms.Invoice.size).toBe(1);
    expect(await connect(intuit, org, company.realmId)).toBe(null);
    expect(await read(org)).toMatchObject({ state: 'choosing', settings: { mode: 'invoice' } });
    await confirm(org);
    await deliver(org.id);
    await deliver(org.id);
    // The first is known, the second was missed meanwhile.
    expect(company.forms.Invoice.size).toBe(2);
    expect([...company.forms.Invoice.values()].map(({ TotalAmt }) => TotalAmt)).toEqual([4725, 100]);
  });

  test('of which another company takes the place are booked there from the start', async () => {
    const { intuit, company, org } = await disconnected();
    const { start_on: startOn } = await read(org);
    expect(startOn).not.toBe(null);
    const another = intuit.addCompany('Another LLC');
    expect(await connect(intuit, org, another.realmId)).toBe(null);
    expect(await read(org)).toMatchObject({ state: 'choosing', settings: null, company: 'Another LLC' });
    expect(await read(org)).toMatchObject({ start_on: startOn }); // and not from today on
    await confirm(org);
    await deliver(org.id);
    await deliver(org.id);
    expect([company.forms.Invoice.size, another.forms.Invoice.size]).toEqual([1, 1]);
  });

  test.each([true, false])(
    'and may have got a document whose reply was lost, are looked through first (own numbers: %s)',
    async (own) => {
      const { intuit, company, org, proposal } = await disconnected();
      company.hasOwnNumbers = own;
      await connect(intuit, org, company.realmId);
      await confirm(org);
      await deliver(org.id);
      intuit.planned.set('POST invoice', 'reply_lost');
      await pay(proposal, 10_000);
      await deliver(org.id);
      expect(company.forms.Invoice.size).toBe(2);
      await call('POST /quickbooks/disconnect', { token: org.token });
      await connect(intuit, org, company.realmId);
      await confirm(org);
      await deliver(org.id); // it may still be at work over there: three minutes must pass
      await passTime(org.id, 4 * 60_000);
      await deliver(org.id);
      expect([company.forms.Invoice.size, company.forms.Payment.size]).toEqual([2, 2]);
      expect(company.balances().get('Accounts Receivable (A/R)')).toBe(0);
    },
  );

  test('by two at once are disconnected once', async () => {
    const { intuit, company, org } = await setUp();
    await connect(intuit, org, company.realmId);
    const disconnect = () => call('POST /quickbooks/disconnect', { token: org.token });
    const answers = await Promise.all([disconnect(), disconnect()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await actionsOf(org)).toEqual(['books_connected', 'books_disconnected']);
    expect(await read(org)).toMatchObject({ state: 'disconnected' });
  });

  test('while the courier is away are over, and the next request has the token revoked', async () => {
    const { intuit, company, org } = await setUp();
    await connect(intuit, org, company.realmId);
    // What a request leaves whose courier did not answer.
    await db
      .update(booksConnections)
      .set({ state: 'disconnected' })
      .where(eq(booksConnections.orgId, org.id));
    const choices = await call('GET /quickbooks/choices', { token: org.token });
    expect(choices).toMatchObject({ status: 409, json: { code: 'books_not_connected' } });
    const access = new Connections(db, org.id, quickBooks(), () => []).accessOf(company);
    await expect(access.token()).rejects.toMatchObject({ code: 'not_connected' });
    expect(await call('POST /quickbooks/disconnect', { token: org.token })).toMatchObject({ status: 200 });
    expect(intuit.requests.get('POST revoke')).toBe(1);
    const [row] = await db.select().from(booksConnections).where(eq(booksConnections.orgId, org.id));
    expect(row?.tokens).toBe(null);
  });

  test('twice are disconnected once', async () => {
    const { org } = await disconnected();
    const before = await rowCounts();
    expect((await call('POST /quickbooks/disconnect', { token: org.token })).status).toBe(200);
    expect(await rowCounts()).toEqual(before);
  });
});
