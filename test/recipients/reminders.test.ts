import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { orgs, outbox, suppressions } from '../../src/db/schema.ts';
import { linkIdleMs, whyLinkEnded } from '../../src/domain/revocation.ts';
import { call } from '../support/api.ts';
import { createMailingProposal, deliver, mailsOf, owedOf, passTime, playMailbox } from '../support/mail.ts';
import { db, paidEvent, tokens } from '../support/world.ts';

const dayMs = 24 * 3_600_000;

/** A customer who was mailed the link, and what they are mailed after so many days. */
async function setUp() {
  const mailbox = playMailbox();
  const { org, proposal } = await createMailingProposal('delivered@resend.dev');
  await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  await deliver(org.id);
  const after = async (days: number) => {
    await passTime(org.id, days * dayMs);
    await deliver(org.id);
    return mailsOf(mailbox, proposal.id).filter(({ kind }) => kind === 'reminder');
  };
  const approve = async () => {
    await call(`POST /proposals/${proposal.id}/approve`, {
      token: proposal.token,
      json: { name: 'Ada', version: 1 },
    });
    await deliver(org.id); // which plans the reminders to pay
  };
  return { org, proposal, mailbox, after, approve };
}

const urlIn = (text: string) => /No more reminders: (\S+)/.exec(text)?.[1] ?? '';

/** Asks the address in a mail, which is the portal's, at the Worker. */
function ask(method: 'GET' | 'POST', url: string) {
  const { pathname, search } = new URL(url);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return call(
    `${method} ${pathname}${search}`,
    method === 'POST' ? { headers, body: 'List-Unsubscribe=One-Click' } : {},
  );
}

test('a customer who does not answer is reminded three times, and no more', async () => {
  const { after } = await setUp();
  const counts: number[] = [];
  for (let day = 0; day < 10; day += 1) counts.push((await after(1)).length);
  expect(counts).toEqual([1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
});

test('one who approved is reminded to pay, and one who paid of nothing', async () => {
  const { org, proposal, after, approve, mailbox } = await setUp();
  await approve();
  const [reminder, ...others] = await after(1.1);
  expect([reminder?.subject, others]).toEqual(['Reminder: $4,725.00 to pay for Kitchen', []]);
  await call('POST /payments/webhook', { json: paidEvent(proposal) });
  await deliver(org.id);
  expect(await after(3)).toHaveLength(1);
  expect(mailsOf(mailbox, proposal.id).some(({ kind }) => kind === 'receipt')).toBe(true);
});

test('after an outage of days a customer is reminded once', async () => {
  const { after } = await setUp();
  expect(await after(3.5)).toHaveLength(1);
});

test('the days are the org’s when the link is mailed', async () => {
  const mailbox = playMailbox();
  const { org, proposal } = await createMailingProposal('delivered@resend.dev');
  await db
    .update(orgs)
    .set({ reminderDays: [2] })
    .where(eq(orgs.id, org.id));
  await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  await deliver(org.id);
  const shares = (await owedOf(proposal.id)).flatMap(({ kind, share }) =>
    kind === 'reminder' ? [share] : [],
  );
  expect(shares).toEqual([null, 'after:2']);
  expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
});

describe('“No more reminders”', () => {
  test('is a link and a header; opening it only shows a button, and pressing that ends them', async () => {
    const { org, proposal, after, mailbox } = await setUp();
    const [reminder] = await after(1);
    const url = urlIn(reminder?.text ?? '');
    expect(reminder?.headers).toMatchObject({
      'List-Unsubscribe': `<${url}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    const shown = await ask('GET', url);
    expect([shown.status, shown.text]).toEqual([200, expect.stringContaining('<form method="post">')]);
    expect(shown.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(await db.$count(suppressions, eq(suppressions.orgId, org.id))).toBe(0);
    for (const { status } of await Promise.all([ask('POST', url), ask('POST', url)]))
      expect(status).toBe(200);
    expect((await ask('POST', url)).status).toBe(200);
    expect(await db.$count(suppressions, eq(suppressions.orgId, org.id))).toBe(1);
    expect(await after(3)).toHaveLength(1);
    // Receipts still come.
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    await deliver(org.id);
    expect(mailsOf(mailbox, proposal.id).some(({ kind }) => kind === 'receipt')).toBe(true);
  });

  test('of an address that was corrected since ends nothing: it is another’s', async () => {
    const { org, proposal, after } = await setUp();
    const [reminder] = await after(1);
    const json = { customer_email: 'delivered+right@resend.dev' };
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
    expect((await ask('POST', urlIn(reminder?.text ?? ''))).status).toBe(200);
    expect(await db.$count(suppressions, eq(suppressions.orgId, org.id))).toBe(0);
  });

  test('has a page whose style its policy lets in', async () => {
    const { text, headers } = await call('GET /mail/reminders?token=none');
    const style = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    const source = `'sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}'`;
    expect(headers.get('content-security-policy')).toContain(`style-src ${source}`);
  });

  test('opens nothing else, and nothing else ends reminders', async () => {
    const { org, proposal, after } = await setUp();
    const [reminder] = await after(1);
    const token = new URL(urlIn(reminder?.text ?? '')).searchParams.get('token') ?? '';
    expect((await call(`GET /proposals/${proposal.id}`, { token })).json.code).toBe('token_invalid');
    const past = await tokens.signReminders(
      { proposalId: proposal.id, orgId: org.id, generation: 1 },
      new Date(Date.now() - 1_000),
    );
    for (const wrong of [proposal.token, org.token, `${token}x`, past, 'no-token']) {
      for (const method of ['GET', 'POST'] as const) {
        const answer = await ask(method, `https://portal.example/mail/reminders?token=${wrong}`);
        expect([answer.status, answer.text]).toEqual([
          400,
          expect.stringContaining('This link does not work'),
        ]);
      }
    }
    expect((await call('POST /mail/reminders')).json.code).toBe('invalid_request');
    expect(await db.$count(suppressions, eq(suppressions.orgId, org.id))).toBe(0);
  });
});

describe('a new link', () => {
  const request = (id: number | string) => call(`POST /proposals/${id}/links/request`);

  test('goes to the address on file, once an hour, and opens the proposal', async () => {
    const { org, proposal, mailbox } = await setUp();
    for (const answer of await Promise.all([request(proposal.id), request(proposal.id)]))
      expect([answer.status, answer.json]).toEqual([202, { requested: true }]);
    await deliver(org.id);
    const links = mailsOf(mailbox, proposal.id).filter(({ kind }) => kind === 'new_link');
    expect(links.map(({ to }) => to)).toEqual(['delivered@resend.dev']);
    const [, token = ''] = /#token=(\S+)/.exec(links[0]?.text ?? '') ?? [];
    expect((await call(`GET /proposals/${proposal.id}`, { token })).status).toBe(200);
  });

  test('opens a proposal that has been idle for long: it was mailed now', async () => {
    const { org, proposal, mailbox } = await setUp();
    await request(proposal.id);
    await deliver(org.id);
    const link = mailsOf(mailbox, proposal.id).find(({ kind }) => kind === 'new_link');
    const [, token = ''] = /#token=(\S+)/.exec(link?.text ?? '') ?? [];
    const mailed = await tokens.parse(token, new Date());
    const idle = { linkGeneration: 1, lastEntryAt: new Date(Date.now() - linkIdleMs - 1_000) };
    expect(mailed.kind === 'customer' && whyLinkEnded(mailed, idle, new Date())).toBeNull();
    const own = await tokens.parse(proposal.token, new Date());
    expect(own.kind === 'customer' && whyLinkEnded(own, idle, new Date())).toMatchObject({
      rejected: 'token_expired',
    });
  });

  test('goes out once in any hour and three times a day at most, and not to an address that takes no mail', async () => {
    const { org, proposal } = await setUp();
    const count = () => db.$count(outbox, and(eq(outbox.orgId, org.id), eq(outbox.kind, 'new_link')));
    // As if each had been asked for in another hour of the clock, so many minutes before.
    const putBack = (minutes: number) =>
      db
        .update(outbox)
        .set({
          key: sql`${outbox.key} || '-'`,
          createdAt: sql`${outbox.createdAt} - ${`${minutes} minutes`}::interval`,
        })
        .where(and(eq(outbox.orgId, org.id), eq(outbox.kind, 'new_link')));
    await request(proposal.id);
    await putBack(59);
    await request(proposal.id);
    expect(await count()).toBe(1);
    for (let time = 1; time <= 5; time += 1) {
      await putBack(61);
      await request(proposal.id);
    }
    expect(await count()).toBe(3);
    const other = await setUp();
    const suppression = { orgId: other.org.id, email: 'delivered@resend.dev', reason: 'bounced' } as const;
    await db.insert(suppressions).values(suppression);
    expect((await request(other.proposal.id)).status).toBe(202);
    expect((await owedOf(other.proposal.id)).some(({ kind }) => kind === 'new_link')).toBe(false);
  });

  test('has the same answer for what does not exist, was never sent, or is void, and nothing is mailed', async () => {
    const { org, proposal, mailbox } = await setUp();
    await call(`POST /proposals/${proposal.id}/void`, { token: org.token });
    const draft = await createMailingProposal('delivered@resend.dev');
    for (const id of [999_999_999, draft.proposal.id, proposal.id]) {
      const answer = await request(id);
      expect([answer.status, answer.json]).toEqual([202, { requested: true }]);
    }
    await deliver(org.id);
    await deliver(draft.org.id);
    for (const { id } of [proposal, draft.proposal]) {
      expect(mailsOf(mailbox, id).filter(({ kind }) => kind === 'new_link')).toEqual([]);
    }
    expect((await request('x')).json.code).toBe('invalid_proposal_id');
  });
});
