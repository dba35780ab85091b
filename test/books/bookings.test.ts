import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { Bookkeeper } from '../../src/books/bookkeeper.ts';
import { Connections } from '../../src/books/connection.ts';
import { findDueOrgs, Outbox } from '../../src/couriers/outbox.ts';
import { booksConnections, channels, outbox, proposals } from '../../src/db/schema.ts';
import worker from '../../src/index.ts';
import { call } from '../support/api.ts';
import { booksKeys, consent, createBookingOrg, playIntuit, quickBooks } from '../support/books.ts';
import { deliver, owedOf, passTime } from '../support/mail.ts';
import {
  bindings,
  createOrg,
  createProposal,
  db,
  entriesOf,
  eventsOf,
  paidEvent,
  rowCounts,
  tokens,
} from '../support/world.ts';

/** An org whose books are kept, with an approved proposal. */
async function setUp(mode: 'invoice' | 'receipt' = 'invoice') {
  const intuit = playIntuit();
  const { org, company, connections } = await createBookingOrg(intuit, mode);
  const proposal = await createProposal(org.id);
  const bookkeeper = new Bookkeeper(db, org.id, quickBooks(), connections);
  return { intuit, company, org, proposal, bookkeeper, connections };
}

type Given = Awaited<ReturnType<typeof setUp>>;

async function pay({ proposal }: Pick<Given, 'proposal'>, session: Record<string, unknown> = {}) {
  const event = paidEvent(proposal, session);
  expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
  return event;
}

const bookingOf = async ({ proposal }: Pick<Given, 'proposal'>) =>
  (await owedOf(proposal.id)).find(
    ({ channel, kind, entryKey }) =>
      channel === 'books' && kind === 'booking' && !entryKey.startsWith('approve'),
  );

const again = (proposalId: number, bookingId: string, token: string) =>
  call(`POST /proposals/${proposalId}/bookings/${bookingId}/try_again`, { token });

const attention = async ({ org }: Pick<Given, 'org'>) =>
  (await call('GET /reports/attention', { token: org.token })).json;

/** A payment that the books would not take, since they are closed. */
async function blocked() {
  const given = await setUp();
  given.company.closedUntil = '2099-01-01';
  await pay(given);
  await deliver(given.org.id);
  const booking = await bookingOf(given);
  expect(booking).toMatchObject({ state: 'blocked', reason: 'books_closed', endedAt: null });
  return { ...given, id: booking?.id ?? '' };
}

describe('a booking that is blocked', () => {
  test('is said once in the log and shown in Attention, with its reason', async () => {
    const given = await blocked();
    await passTime(given.org.id, 7 * 3_600_000);
    await deliver(given.org.id);
    const said = (await entriesOf(given.proposal.id)).filter(({ event }) => event === 'booking_blocked');
    expect(said).toMatchObject([{ actor: 'books', meta: { reason: 'books_closed' } }]);
    expect((await attention(given)).bookings).toMatchObject([
      { booking_id: given.id, proposal_id: given.proposal.id, title: 'Kitchen', reason: 'books_closed' },
    ]);
    const { json } = await call(`GET /proposals/${given.proposal.id}/activity`, { token: given.org.token });
    const entry = json.data.find(({ event }: { event: string }) => event === 'payment_success');
    expect(entry.booking).toEqual({ id: given.id, state: 'blocked', reason: 'books_closed', ended_at: null });
  });

  test('is booked when staff try it again after it was mended', async () => {
    const given = await blocked();
    const { company, org, proposal, id } = given;
    company.closedUntil = null;
    expect(await again(proposal.id, id, org.token)).toMatchObject({ status: 202, json: { queued: true } });
    await deliver(org.id);
    expect(await bookingOf(given)).toMatchObject({ state: 'sent', reason: null });
    expect(company.forms.Invoice.size).toBe(1);
    expect((await attention(given)).bookings).toEqual([]);
    // A second click comes too late, and changes nothing.
    const before = await rowCounts();
    expect((await again(proposal.id, id, org.token)).json.code).toBe('booking_not_blocked');
    expect(await rowCounts()).toEqual(before);
  });

  test('is booked by itself, hours after it was mended', async () => {
    const given = await blocked();
    given.company.closedUntil = null;
    await passTime(given.org.id, 6 * 3_600_000);
    await deliver(given.org.id);
    expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
  });

  test('is tried again by staff of its own org only', async () => {
    const { org, proposal, id } = await blocked();
    const viewer = await tokens.signStaff({ ...org.actor, role: 'viewer' }, new Date());
    expect((await again(proposal.id, id, viewer)).json.code).toBe('forbidden');
    expect((await again(proposal.id, id, proposal.token)).status).toBe(403);
    const stranger = await createOrg();
    expect((await again(proposal.id, id, stranger.token)).json.code).toBe('booking_not_found');
    const other = await createProposal(org.id);
    expect((await again(other.id, id, org.token)).json.code).toBe('booking_not_found');
  });

  test('of two who try it again at once, is booked once', async () => {
    const { company, org, proposal, id } = await blocked();
    company.closedUntil = null;
    await Promise.all([again(proposal.id, id, org.token), again(proposal.id, id, org.token)]);
    await deliver(org.id);
    expect([company.forms.Invoice.size, company.forms.Payment.size]).toEqual([1, 1]);
  });
});

describe.each([
  [
    'the subscription ended',
    'subscription_ended',
    ({ company }: Given) => {
      company.isSubscribed = false;
    },
  ],
  [
    'an item was made inactive',
    'inactive',
    ({ company }: Given) => {
      for (const item of company.items.values()) item.Active = false;
    },
  ],
  [
    'another document has its number',
    'conflict',
    ({ company, proposal }: Given) => {
      const customer = company.create('Customer', { DisplayName: 'Somebody' });
      const [item] = [...company.items.keys()];
      company.create('Invoice', {
        ...{ CustomerRef: { value: customer.Id }, TxnDate: '2026-11-01', DocNumber: `PD${proposal.id}-2` },
        Line: [{ Amount: 1, SalesItemLineDetail: { ItemRef: { value: item } } }],
      });
    },
  ],
] as const)('where %s', (_, reason, mend) => {
  test(`a booking is blocked for that (${reason}), and nothing is made`, async () => {
    const given = await setUp();
    mend(given);
    const before = given.company.forms.Invoice.size;
    await pay(given);
    await deliver(given.org.id);
    expect(await bookingOf(given)).toMatchObject({ state: 'blocked', reason });
    expect([given.company.forms.Invoice.size, given.company.forms.Payment.size]).toEqual([before, 0]);
  });
});

test('where the connection is lost, what is owed waits for an admin to connect again', async () => {
  const given = await setUp();
  const { intuit, company, org } = given;
  intuit.revoke(company.realmId);
  await pay(given);
  await deliver(org.id);
  expect(await bookingOf(given)).toMatchObject({ state: 'blocked', reason: 'connection_lost' });
  expect((await call('GET /quickbooks', { token: org.token })).json).toMatchObject({
    state: 'lost',
    blocked: 1,
  });
  expect((await attention(given)).connections).toEqual([
    { company: company.name, state: 'lost', ends_at: expect.any(String) },
  ]);
  expect(await eventsOf(given.proposal.id)).not.toContain('booking_blocked'); // it is not about this payment
  const begun = await call('POST /quickbooks/connect', { token: org.token });
  const url = new URL(begun.json.url);
  const [, nonce] = /books_nonce=([^;]+)/.exec(begun.headers.get('set-cookie') ?? '') ?? [];
  const code = intuit.consent(company.realmId, url.searchParams.get('redirect_uri') ?? '');
  const query = new URLSearchParams({
    code,
    state: url.searchParams.get('state') ?? '',
    realmId: company.realmId,
  });
  await call(`GET /quickbooks/callback?${query}`, { headers: { cookie: `books_nonce=${nonce}` } });
  await deliver(org.id);
  expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
  expect((await call('GET /quickbooks', { token: org.token })).json).toMatchObject({
    state: 'on',
    waiting: 0,
  });
});

test('a connection is warned about a month before it ends for good', async () => {
  const given = await setUp();
  expect((await attention(given)).connections).toEqual([]);
  const endsAt = new Date(Date.now() + 29 * 24 * 3_600_000);
  await db.update(booksConnections).set({ endsAt }).where(eq(booksConnections.orgId, given.org.id));
  expect((await attention(given)).connections).toEqual([
    { company: given.company.name, state: 'ending', ends_at: endsAt.toISOString() },
  ]);
});

test('a token that is refused in the middle is renewed, and the new pair is stored before it is used', async () => {
  const given = await setUp();
  given.intuit.expireAccess();
  await pay(given);
  await deliver(given.org.id);
  expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
  const [row] = await db.select().from(booksConnections).where(eq(booksConnections.orgId, given.org.id));
  expect(row?.tokenGeneration).toBe(1);
  // The pair before is dead: what is stored is what works.
  given.intuit.expireAccess();
  await pay(given, { amount_total: 1_000 });
  await deliver(given.org.id);
  expect(given.company.forms.Invoice.size).toBe(2);
});

describe('a total that is not what was paid', () => {
  test('since a tax was added over there, is booked as it is, and shown to staff', async () => {
    const given = await setUp();
    given.company.addedTax = 10;
    await pay(given);
    await deliver(given.org.id);
    const booked = (await entriesOf(given.proposal.id)).find(({ event }) => event === 'booked');
    expect(booked?.meta).toMatchObject({ amount_cents: 519_750, expected_cents: 472_500 });
    expect((await attention(given)).book_changes).toMatchObject([
      { document_type: 'Invoice', amount_cents: 472_500, seen_cents: 519_750, currency: 'usd' },
    ]);
  });
});

describe('the daily look', () => {
  test('finds what people deleted over there, tells, and makes nothing again', async () => {
    const given = await setUp();
    const { company, bookkeeper, org } = given;
    await pay(given);
    await deliver(org.id);
    const [invoice] = [...company.forms.Invoice.keys()];
    company.delete('Invoice', invoice ?? '');
    const { looked_at: lookedAt } = (await call('GET /quickbooks', { token: org.token })).json;
    await bookkeeper.keep(Date.parse(lookedAt ?? new Date().toISOString()) + 25 * 3_600_000);
    expect((await attention(given)).book_changes).toMatchObject([
      { proposal_id: given.proposal.id, document_type: 'Invoice', amount_cents: 472_500, seen_cents: 0 },
    ]);
    expect((await call('GET /quickbooks', { token: org.token })).json.differences).toEqual([
      { currency: 'usd', cents: 472_500 },
    ]);
    await deliver(org.id);
    expect(company.forms.Invoice.size).toBe(1);
  });

  test('finds what people deleted while the connection was lost for days', async () => {
    const given = await setUp();
    const { intuit, company, bookkeeper, org } = given;
    await pay(given);
    await deliver(org.id);
    await bookkeeper.keep();
    const [invoice = ''] = company.forms.Invoice.keys();
    company.delete('Invoice', invoice);
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    Object.assign(company.forms.Invoice.get(invoice) ?? {}, { changedAt: daysAgo(7).getTime() });
    await db
      .update(booksConnections)
      .set({ state: 'lost', lookedAt: daysAgo(10) })
      .where(eq(booksConnections.orgId, org.id));
    await consent(intuit, org.id, company);
    await bookkeeper.keep();
    expect((await attention(given)).book_changes).toMatchObject([
      { document_type: 'Invoice', seen_cents: 0 },
    ]);
  });

  test('finds nothing where nothing was changed', async () => {
    const given = await setUp();
    await pay(given);
    await deliver(given.org.id);
    await given.bookkeeper.keep(Date.now() + 25 * 3_600_000);
    expect((await attention(given)).book_changes).toEqual([]);
  });
});

describe('the difference between the log and the books', () => {
  const cron = () => worker.scheduled(createScheduledController(), bindings, createExecutionContext());
  const shown = async ({ org }: Pick<Given, 'org'>) =>
    (await call('GET /metrics')).text
      .split('\n')
      .filter((line) => line.startsWith(`crm_portal_books_difference_cents{org_id="${org.id}"`));

  test('is what is owed while it waits, 0 once it is booked, and read by Prometheus', async () => {
    const given = await blocked();
    const { org, company, bookkeeper } = given;
    await bookkeeper.keep();
    await cron();
    expect(await shown(given)).toEqual([
      `crm_portal_books_difference_cents{org_id="${org.id}",currency="usd"} 472500.0`,
    ]);
    company.closedUntil = null;
    await again(given.proposal.id, given.id, org.token);
    await deliver(org.id);
    await bookkeeper.keep();
    await cron();
    expect(await shown(given)).toEqual([
      `crm_portal_books_difference_cents{org_id="${org.id}",currency="usd"} 0.0`,
    ]);
  });

  test('finds what never got into the outbox, and owes it', async () => {
    const given = await setUp();
    await pay(given);
    await deliver(given.org.id);
    await db.execute(sql`delete from outbox where org_id = ${given.org.id}`);
    await db.execute(sql`delete from books_refs where org_id = ${given.org.id} and step <> 'customer'`);
    given.company.forms.Invoice.clear();
    given.company.forms.Payment.clear();
    await given.bookkeeper.keep();
    expect((await call('GET /quickbooks', { token: given.org.token })).json.differences).toEqual([
      { currency: 'usd', cents: 472_500 },
    ]);
    await deliver(given.org.id);
    expect(given.company.forms.Invoice.size).toBe(1);
  });

  test('is not measured for an org without books', async () => {
    const org = await createOrg();
    await cron();
    expect(await shown({ org } as Given)).toEqual([]);
  });
});

test('an org without books is owed nothing, and its payments are as ever', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  await pay({ proposal });
  expect(await db.$count(outbox, eq(outbox.orgId, org.id))).toBe(0);
});

describe('what is half booked', () => {
  /** An invoice whose payment is refused: the account of Stripe's money was made inactive. */
  async function half() {
    const given = await setUp();
    const clearing = [...given.company.accounts.values()].find(({ Name }) => Name === 'Stripe clearing');
    if (clearing) clearing.Active = false;
    await pay(given);
    await deliver(given.org.id);
    expect([given.company.forms.Invoice.size, given.company.forms.Payment.size]).toEqual([1, 0]);
    return { ...given, clearing };
  }

  test('is not booked: the difference says so', async () => {
    const given = await half();
    await given.bookkeeper.keep();
    expect((await call('GET /quickbooks', { token: given.org.token })).json.differences).toEqual([
      { currency: 'usd', cents: 472_500 },
    ]);
  });

  test('goes on with the same customer, though the address was corrected meanwhile', async () => {
    const given = await half();
    await db
      .update(proposals)
      .set({ customerEmail: 'other@example.com', customerName: 'Other' })
      .where(eq(proposals.id, given.proposal.id));
    if (given.clearing) given.clearing.Active = true;
    await passTime(given.org.id, 7 * 3_600_000);
    await deliver(given.org.id);
    const [[invoice], [payment]] = [
      [...given.company.forms.Invoice.values()],
      [...given.company.forms.Payment.values()],
    ];
    expect(payment?.CustomerRef).toEqual(invoice?.CustomerRef);
    expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
  });

  test('is made whole where somebody deleted the half', async () => {
    const given = await half();
    const { company, org } = given;
    const [deleted = ''] = company.forms.Invoice.keys();
    company.delete('Invoice', deleted);
    if (given.clearing) given.clearing.Active = true;
    for (let time = 0; time < 2; time += 1) {
      await passTime(org.id, 7 * 3_600_000);
      await deliver(org.id);
    }
    expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
    expect([company.forms.Invoice.size, company.forms.Payment.size]).toEqual([2, 1]);
    expect(company.balances().get('Accounts Receivable (A/R)')).toBe(0);
    expect(company.balances().get('Stripe clearing')).toBe(472_500);
  });

  test('goes on with the customer into whom its own was merged', async () => {
    const given = await half();
    const { company, org } = given;
    const other = company.create('Customer', { DisplayName: 'Countess of Lovelace' });
    for (const customer of company.customers.values()) customer.Active = customer.Id === other.Id;
    for (const invoice of company.forms.Invoice.values()) invoice.CustomerRef = { value: other.Id };
    if (given.clearing) given.clearing.Active = true;
    await passTime(org.id, 7 * 3_600_000);
    await deliver(org.id);
    expect(await bookingOf(given)).toMatchObject({ state: 'sent' });
    expect([company.forms.Invoice.size, company.forms.Payment.size]).toEqual([1, 1]);
    expect([...company.forms.Payment.values()][0]?.CustomerRef).toEqual({ value: other.Id });
  });
});

test('a customer who was merged into another over there is found or made afresh', async () => {
  const given = await setUp();
  await pay(given);
  await deliver(given.org.id);
  for (const customer of given.company.customers.values()) customer.Active = false;
  await pay(given, { amount_total: 1_000 });
  await deliver(given.org.id);
  await passTime(given.org.id, 7 * 3_600_000);
  await deliver(given.org.id);
  expect(given.company.forms.Invoice.size).toBe(2);
});

test('a final document over nothing that was deleted over there is shown, though no money is missing', async () => {
  const given = await setUp();
  const { org, company, bookkeeper } = given;
  const proposal = await createProposal(org.id, 'draft');
  const cheque = { method: 'cheque', amount_cents: 1_575_000, received_on: '2026-11-01' };
  await call(`POST /proposals/${proposal.id}/payments`, { token: org.token, json: cheque });
  await call(`POST /proposals/${proposal.id}/approve`, {
    token: proposal.token,
    json: { name: 'Ada', version: 1 },
  });
  await deliver(org.id);
  const zero = [...company.forms.Invoice.values()].find(({ TotalAmt }) => TotalAmt === 0);
  company.delete('Invoice', zero?.Id ?? '');
  await bookkeeper.keep(Date.now() + 25 * 3_600_000);
  expect((await attention(given)).book_changes).toMatchObject([
    { document_type: 'Invoice', amount_cents: 0, seen_cents: 0, deleted: true },
  ]);
});

test('a refund receipt that was voided and put right again counts as it did', async () => {
  const given = await setUp();
  const { org, company, bookkeeper, proposal } = given;
  const cheque = { method: 'cheque', amount_cents: 100_000, received_on: '2026-11-01' };
  await call(`POST /proposals/${proposal.id}/payments`, { token: org.token, json: cheque });
  const { payments } = (await call(`GET /proposals/${proposal.id}`, { token: org.token })).json;
  const { payment_id: id } = payments[0];
  const json = { reason: 'It bounced.' };
  await call(`POST /proposals/${proposal.id}/payments/${id}/reverse`, { token: org.token, json });
  await deliver(org.id);
  const [refund] = company.forms.RefundReceipt.values();
  const differences = async () => (await call('GET /quickbooks', { token: org.token })).json.differences;
  Object.assign(refund ?? {}, { TotalAmt: 0, changedAt: Date.now() });
  await bookkeeper.keep(Date.now() + 25 * 3_600_000);
  expect(await differences()).toEqual([{ currency: 'usd', cents: -100_000 }]);
  Object.assign(refund ?? {}, { TotalAmt: 1_000, changedAt: Date.now() });
  await bookkeeper.keep(Date.now() + 50 * 3_600_000);
  expect(await differences()).toEqual([{ currency: 'usd', cents: 0 }]);
});

describe('tokens', () => {
  const stored = async ({ org }: Given) =>
    (await db.select().from(booksConnections).where(eq(booksConnections.orgId, org.id)))[0];

  test('stay where their key is missing, and work when it is back', async () => {
    const given = await setUp();
    const { realmId } = given.company;
    const withKeys = (keys: Uint8Array[]) =>
      new Connections(db, given.org.id, quickBooks(), () => keys).accessOf({ realmId });
    const missing = withKeys([new Uint8Array(32).fill(9)]).token();
    await expect(missing).rejects.toMatchObject({ code: 'not_configured' });
    expect(await stored(given)).toMatchObject({ state: 'on', tokens: expect.any(String) });
    // A new key in front: what was sealed under the old one opens, and is sealed under the new one at the next refresh.
    const newer = [new Uint8Array(32).fill(9), ...booksKeys];
    const access = withKeys(newer);
    await access.token();
    await access.renewed();
    await expect(withKeys(newer.slice(0, 1)).token()).resolves.toEqual(expect.any(String));
  });

  test('that two couriers refresh at once are not lost', async () => {
    const given = await setUp();
    const { realmId } = given.company;
    const gateway = quickBooks();
    const slow = {
      ...gateway,
      async refresh(token: string) {
        const tokens = await gateway.refresh(token);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return tokens;
      },
    };
    const [one, other] = [slow, gateway].map((of) =>
      new Connections(db, given.org.id, of, () => booksKeys).accessOf({ realmId }),
    );
    await Promise.all([one?.token(), other?.token()]);
    const first = one?.renewed();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other?.renewed().catch(() => {});
    await first;
    expect(await stored(given)).toMatchObject({ state: 'on', tokens: expect.any(String) });
    await pay(given);
    await deliver(given.org.id);
    expect(given.company.forms.Invoice.size).toBe(1);
  });

  test('that were refused are not handed out again to who asks meanwhile', async () => {
    const given = await setUp();
    const access = () => given.connections.accessOf({ realmId: given.company.realmId });
    const [one, other] = [access(), access()];
    const refused = await one.token();
    const [read, renewed] = await Promise.all([other.token(), one.renewed()]);
    expect(read).toBe(refused);
    expect(renewed).not.toBe(refused);
  });

  test('outlive a refusal by something that stands before Intuit', async () => {
    const given = await setUp();
    await pay(given);
    const { fetch: through } = globalThis;
    globalThis.fetch = async (input, init) =>
      String(input).includes('/companyinfo/')
        ? new Response('<html>Access denied</html>', { status: 403 })
        : through(input, init);
    await deliver(given.org.id);
    globalThis.fetch = through;
    expect(await stored(given)).toMatchObject({ state: 'on', tokens: expect.any(String) });
    expect(await bookingOf(given)).toMatchObject({ state: 'sending', reason: 'no_answer' });
  });
});

test('what may have been booked is still looked for after a block that came before the search, in whichever mode', async () => {
  const given = await setUp();
  const { intuit, company, org } = given;
  intuit.planned.set('POST invoice', 'reply_lost');
  await pay(given);
  await deliver(org.id);
  intuit.revoke(company.realmId);
  await passTime(org.id, 4 * 60_000);
  await deliver(org.id);
  expect(await bookingOf(given)).toMatchObject({
    state: 'blocked',
    reason: 'connection_lost',
    doubtSince: expect.any(Date),
  });
  await consent(intuit, org.id, company);
  await db.execute(
    sql`update books_connections set settings = settings || '{"mode":"receipt"}' where org_id = ${org.id}`,
  );
  await passTime(org.id, 7 * 3_600_000);
  await deliver(org.id);
  expect([company.forms.Invoice.size, company.forms.Payment.size, company.forms.SalesReceipt.size]).toEqual([
    1, 1, 0,
  ]);
});

test('what just may have been booked is not tried again by hand', async () => {
  const given = await setUp();
  given.intuit.planned.set('POST invoice', 'reply_lost');
  await pay(given);
  await deliver(given.org.id);
  const booking = await bookingOf(given);
  expect(booking?.state).toBe('sending');
  expect((await again(given.proposal.id, booking?.id ?? '', given.org.token)).json.code).toBe(
    'booking_not_blocked',
  );
});

test('mail does not wait for books, nor does a courier that no version with books has woken', async () => {
  const given = await setUp();
  const { org, proposal } = given;
  await db.insert(channels).values({ orgId: org.id, channel: 'mail' });
  const row = (channel: 'mail' | 'books', kind: 'receipt' | 'booking', key: string) => ({
    ...{ orgId: org.id, proposalId: proposal.id, channel, generation: 1, kind, key, entryKey: 'x' },
    ...{ dueAt: new Date(0), tryAt: new Date(0) },
  });
  const rows = Array.from({ length: 12 }, (_, index) => row('books', 'booking', `books:${org.id}:${index}`));
  await db.insert(outbox).values([...rows, row('mail', 'receipt', `mail:${org.id}`)]);
  expect(await new Outbox(db, org.id).claim('mail', ['receipt'])).toHaveLength(1);
  await db.delete(outbox).where(eq(outbox.orgId, org.id));
  await db.update(booksConnections).set({ comparedAt: new Date() }).where(eq(booksConnections.orgId, org.id));
  expect(await findDueOrgs(db)).not.toContain(org.id);
  await db
    .update(booksConnections)
    .set({ comparedAt: new Date(0) })
    .where(eq(booksConnections.orgId, org.id));
  expect(await findDueOrgs(db)).toContain(org.id);
});
