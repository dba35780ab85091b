import { createExecutionContext, createScheduledController, runInDurableObject } from 'cloudflare:test';
import { and, eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Fault, Mailbox } from '../../local/mailbox/mailbox.ts';
import type { Bindings } from '../../src/config.ts';
import { Courier } from '../../src/couriers/courier.ts';
import { channels, orgs, outbox, proposals, users } from '../../src/db/schema.ts';
import worker from '../../src/index.ts';
import { call } from '../support/api.ts';
import {
  createMailingOrg,
  createMailingProposal,
  deliver,
  mailsOf,
  owedOf,
  playMailbox,
} from '../support/mail.ts';
import {
  append,
  bindings,
  createOrg,
  createProposal,
  db,
  eventsOf,
  paidEvent,
  rowCounts,
} from '../support/world.ts';

afterEach(() => void vi.restoreAllMocks());

/** What the token of a link says. */
const claimsOf = (link: string) => decodeJwt(link.split('#token=')[1] ?? '');

/** What the cron trigger does. */
const cron = () => worker.scheduled(createScheduledController(), bindings, createExecutionContext());

/** An org with mail on and a draft whose customer has an address that the vendor takes. */
async function setUp() {
  const { org, proposal } = await createMailingProposal('delivered@resend.dev');
  const send = (json: object) => call(`POST /proposals/${proposal.id}/send`, { token: org.token, json });
  return { org, proposal, send };
}

/** Does something while the courier cannot be poked. */
async function unheard(work: () => Promise<unknown>): Promise<void> {
  const poke = vi.spyOn(Courier.prototype, 'poke').mockResolvedValue();
  await work();
  await vi.waitFor(() => expect(poke).toHaveBeenCalled(), { timeout: 5_000 });
  poke.mockRestore();
}

/** Of what is owed at once: reminders have tests of their own. */
const owedNow = async (proposalId: number) =>
  (await owedOf(proposalId)).filter(({ kind }) => !['reminder', 'expiring', 'instalment'].includes(kind));

const statesOf = async (proposalId: number) =>
  (await owedNow(proposalId)).map(({ kind, state }) => `${kind} ${state}`);

describe('sending a proposal', () => {
  test('mails the link that it answers with, once an hour', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    const sent = await send({});
    expect(sent.json).toMatchObject({ mailed: true });
    expect((await send({ mail: true })).json).toEqual(sent.json);
    await deliver(org.id);
    await deliver(org.id);
    expect(mailsOf(mailbox, proposal.id)).toMatchObject([
      { to: 'delivered@resend.dev', kind: 'link', proposal_id: proposal.id },
    ]);
    const [{ html = '', text = '' } = {}] = mailsOf(mailbox, proposal.id);
    for (const part of [html, text]) expect(part).toContain(sent.json.portal_url);
    const activity = await call(`GET /proposals/${proposal.id}/activity`, { token: org.token });
    const owed = activity.json.data[0].owed as { kind: string; state: string }[];
    expect(owed.filter(({ kind }) => kind === 'link')).toEqual([
      {
        id: expect.any(String),
        due_at: expect.any(String),
        channel: 'mail',
        kind: 'link',
        user_id: null,
        state: 'sent',
        reason: null,
        ended_at: expect.any(String),
      },
    ]);
    expect(owed.filter(({ kind }) => kind === 'reminder').map(({ state }) => state)).toEqual(
      Array(3).fill('queued'),
    );
    const [, token = ''] = sent.json.portal_url.split('#token=');
    expect((await call(`GET /proposals/${proposal.id}`, { token })).status).toBe(200);
  });

  test('twice at once makes one entry and one mail', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    const [one, other] = await Promise.all([send({}), send({})]);
    expect([one?.status, other?.status, other?.json]).toEqual([200, 200, one?.json]);
    expect(await eventsOf(proposal.id)).toEqual(['sent']);
    await deliver(org.id);
    expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
  });

  test('without mail only answers; the next one with mail mails a link of the same rights', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    const copied = await send({ mail: false });
    expect(copied.json.mailed).toBe(false);
    expect(await owedOf(proposal.id)).toEqual([]);
    const { json } = await send({ mail: true });
    expect(json.mailed).toBe(true);
    // Each ends so long after its own second.
    expect(claimsOf(json.portal_url)).toEqual({
      ...claimsOf(copied.json.portal_url),
      exp: expect.any(Number),
    });
    await deliver(org.id);
    expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
  });

  test.each([
    ['was never on', async () => createOrg()],
    [
      'was switched off',
      async () => {
        const org = await createMailingOrg();
        await db.update(channels).set({ since: null }).where(eq(channels.orgId, org.id));
        return org;
      },
    ],
  ])('of an org whose mail %s only answers, and says so', async (_, make) => {
    const org = await make();
    const proposal = await createProposal(org.id, 'draft');
    const { json } = await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
    expect(json.mailed).toBe(false);
    expect((await call('GET /auth/me', { token: org.token })).json.mail).toBe('off');
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    expect(await owedOf(proposal.id)).toEqual([]);
  });

  test('is not possible without a vendor, and GET /auth/me says so', async () => {
    const { org } = await setUp();
    const portal = { PORTAL_PUBLIC_URL: 'https://portal.example' };
    const production = { ENVIRONMENT: 'production', RESEND_API_KEY: '', ...portal } as Partial<Bindings>;
    const { json } = await call('GET /auth/me', { token: org.token, bindings: production });
    expect(json.mail).toBe('not_configured');
  });

  test('needs no body, whatever its type says', async () => {
    const { org, proposal } = await setUp();
    const headers = { 'content-type': 'application/json' };
    const empty = await call(`POST /proposals/${proposal.id}/send`, { token: org.token, headers, body: '' });
    expect([empty.status, empty.json.mailed]).toEqual([200, true]);
    // What it says would be passed over.
    for (const type of ['text/plain', 'text/json']) {
      const options = { token: org.token, headers: { 'content-type': type }, body: '{"mail":false}' };
      const untyped = await call(`POST /proposals/${proposal.id}/send`, options);
      expect([untyped.status, untyped.json.code], type).toEqual([400, 'malformed_json']);
    }
    const broken = await call(`POST /proposals/${proposal.id}/send`, {
      token: org.token,
      headers,
      body: '{',
    });
    expect([broken.status, broken.json.code]).toEqual([400, 'malformed_json']);
  });

  test.each([[{ mail: 'yes' }], [{ mail: 1 }], [{ mail: null }]])(
    'refuses %j, and changes nothing',
    async (json) => {
      const { send } = await setUp();
      const before = await rowCounts();
      expect(await send(json)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
      expect(await rowCounts()).toEqual(before);
    },
  );

  test('a link that would not open the offer any more is not mailed', async () => {
    const mailbox = playMailbox();
    const [changed, made, withdrawn] = [await setUp(), await setUp(), await setUp()];
    for (const { send } of [changed, made, withdrawn]) await send({});
    const ask = (route: string, token: string, json?: object) =>
      call(route, { token, ...(json ? { json } : {}) });
    await ask(`PATCH /proposals/${changed.proposal.id}`, changed.org.token, { title: 'Another kitchen' });
    await ask(`POST /proposals/${made.proposal.id}/void`, made.org.token);
    await ask(`POST /proposals/${withdrawn.proposal.id}/links/revoke`, withdrawn.org.token);
    for (const { org, proposal } of [changed, made, withdrawn]) {
      await deliver(org.id);
      const links = mailsOf(mailbox, proposal.id).filter(({ kind }) => kind === 'link');
      expect(links).toEqual([]);
    }
    const reasons = await Promise.all(
      [changed, made, withdrawn].map(async ({ proposal }) => (await owedNow(proposal.id))[0]),
    );
    expect(reasons.map((row) => [row?.state, row?.reason])).toEqual([
      ['stale', 'proposal_changed'],
      ['stale', 'proposal_void'],
      ['stale', 'links_revoked'],
    ]);
  });
});

describe('a payment', () => {
  test('mails a receipt to the customer and a notice to each of the org’s active people, once', async () => {
    const mailbox = playMailbox();
    const { org, proposal } = await setUp();
    await db.insert(users).values([
      { orgId: org.id, email: `delivered+staff-${org.id}@resend.dev`, passwordHash: 'none', role: 'staff' },
      {
        ...{
          orgId: org.id,
          email: `delivered+gone-${org.id}@resend.dev`,
          passwordHash: 'none',
          role: 'staff',
        },
        deactivatedAt: new Date(),
      },
    ]);
    await call(`POST /proposals/${proposal.id}/approve`, {
      token: proposal.token,
      json: { name: 'Ada', version: 1 },
    });
    const event = paidEvent(proposal);
    for (const _ of ['first', 'second']) await call('POST /payments/webhook', { json: event });
    await deliver(org.id);
    const sent = mailsOf(mailbox, proposal.id)
      .map(({ kind, to }) => [kind, to.replace(/\+[\w-]{36}/, '')])
      .sort();
    // One that it is approved, and one that it is paid.
    expect(sent).toEqual([
      ['notice', `delivered+staff-${org.id}@resend.dev`],
      ['notice', `delivered+staff-${org.id}@resend.dev`],
      ['notice', 'delivered@resend.dev'],
      ['notice', 'delivered@resend.dev'],
      ['receipt', 'delivered@resend.dev'],
    ]);
    expect(await statesOf(proposal.id)).toEqual([
      'notice expanded',
      'notice sent',
      'notice sent',
      'notice expanded',
      'notice sent',
      'notice sent',
      'receipt sent',
    ]);
  });

  test('after the links were withdrawn brings no new one', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    await send({ mail: false });
    await call(`POST /proposals/${proposal.id}/links/revoke`, { token: org.token });
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    await deliver(org.id);
    const receipt = mailsOf(mailbox, proposal.id).find(({ kind }) => kind === 'receipt');
    expect(receipt?.text).toContain('We received $4,725.00');
    for (const part of [receipt?.text, receipt?.html]) expect(part).not.toContain('token=');
  });

  test('is recorded where the outbox’s row is there already', async () => {
    const { proposal } = await setUp();
    const event = paidEvent(proposal);
    expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
    const rows = await owedOf(proposal.id);
    expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
    expect(await owedOf(proposal.id)).toEqual(rows);
  });
});

describe('the cron', () => {
  test('owes what a version before appended, once, and nothing from before the channel was on', async () => {
    const mailbox = playMailbox();
    const { org, proposal } = await setUp();
    const customer = { kind: 'customer', proposalId: proposal.id, orgId: org.id } as const;
    const approve = {
      kind: 'approve',
      proposalId: proposal.id,
      actor: customer,
      name: 'Ada',
      version: 1,
      ip: null,
    } as const;
    await append(approve);
    const event = paidEvent(proposal);
    const settle = async (at: Date, id: string) => {
      const { amount_total: amountCents, currency } = event.data.object;
      await append(
        {
          ...{ kind: 'settle', proposalId: proposal.id, via: 'stripe', event: null },
          observation: {
            ...{
              fact: 'checkout_paid',
              sessionId: id,
              proposalId: proposal.id,
              orgId: org.id,
              portalUrl: null,
            },
            ...{ createdAt: null, amountCents, currency, paymentStatus: 'paid', paymentIntent: null },
          },
        },
        at,
      );
    };
    await settle(new Date(Date.now() - 3_600_000), `cs_before_${proposal.id}`);
    await settle(new Date(), `cs_after_${proposal.id}`);
    expect(await owedOf(proposal.id)).toEqual([]);
    await cron();
    await cron();
    await deliver(org.id);
    expect((await owedNow(proposal.id)).map(({ key }) => key.replace(/:user:\d+$/, ':user'))).toEqual([
      `mail:notice:approve:${proposal.id}:v1`,
      `mail:notice:approve:${proposal.id}:v1:user`,
      // More than was due came.
      `mail:notice:payment_anomaly:already_paid:cs_after_${proposal.id}`,
      `mail:notice:payment_anomaly:already_paid:cs_after_${proposal.id}:user`,
      `mail:notice:payment_success:cs_after_${proposal.id}`,
      `mail:notice:payment_success:cs_after_${proposal.id}:user`,
      `mail:receipt:payment_success:cs_after_${proposal.id}`,
    ]);
    expect(mailsOf(mailbox, proposal.id)).toHaveLength(4);
  });

  test('wakes couriers that heard nothing', async () => {
    const mailbox = playMailbox();
    const { proposal, send } = await setUp();
    await unheard(() => send({}));
    await cron();
    await vi.waitFor(() => expect(mailsOf(mailbox, proposal.id)).toHaveLength(1), { timeout: 15_000 });
  });
});

describe('the courier', () => {
  test('tries again by itself after a lost reply, and the mail is out once', async () => {
    const { org, proposal, send } = await setUp();
    const lost: Fault[] = ['reply_lost'];
    const isOurs = (mail: string) => mail.includes(`{"name":"proposal_id","value":"${proposal.id}"}`);
    const mailbox = playMailbox(new Mailbox(), (mail) => (isOurs(mail) ? lost.shift() : undefined));
    await unheard(() => send({}));
    await deliver(org.id);
    expect(await statesOf(proposal.id)).toEqual(['link sending']);
    const alarmIn = await runInDurableObject(
      bindings.COURIER.getByName(String(org.id)),
      async (_, { storage }) => ((await storage.getAlarm()) ?? 0) - Date.now(),
    );
    expect(alarmIn).toBeGreaterThan(20_000);
    expect(alarmIn).toBeLessThanOrEqual(30_000);
    await db
      .update(outbox)
      .set({ tryAt: new Date(Date.now() - 1_000) })
      .where(and(eq(outbox.orgId, org.id), eq(outbox.kind, 'link')));
    await deliver(org.id);
    expect(await statesOf(proposal.id)).toEqual(['link sent']);
    expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
  });

  test('does not put an alarm off that is nearer', async () => {
    const { org } = await setUp();
    const courier = bindings.COURIER.getByName(String(org.id));
    await runInDurableObject(courier, async (instance, { storage }) => {
      const soon = Date.now() + 100;
      await storage.setAlarm(soon);
      await instance.poke();
      expect(await storage.getAlarm()).toBe(soon);
      await storage.setAlarm(Date.now() + 60_000);
      await instance.poke();
      expect(await storage.getAlarm()).toBeLessThanOrEqual(Date.now() + 1_000);
    });
  });

  test('where its database fails, it comes back in half a minute', async () => {
    const { org } = await setUp();
    const courier = bindings.COURIER.getByName(String(org.id));
    const spy = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Network connection lost.'));
    await runInDurableObject(courier, async (instance, { storage }) => {
      await instance.alarm();
      const alarm = (await storage.getAlarm()) ?? 0;
      expect(alarm - Date.now()).toBeGreaterThan(25_000);
      expect(alarm - Date.now()).toBeLessThanOrEqual(30_000);
    });
    spy.mockRestore();
  });

  test('an address that cannot be is refused before the vendor is asked, and a sender that is missing makes mail wait', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    await db.update(proposals).set({ customerEmail: 'no address' }).where(eq(proposals.id, proposal.id));
    await send({});
    await deliver(org.id);
    expect((await owedNow(proposal.id)).map(({ state, reason }) => [state, reason])).toEqual([
      ['failed', 'address'],
    ]);
    expect(mailsOf(mailbox, proposal.id)).toEqual([]);
  });

  test('names of any kind are in no header, and answers go to the org', async () => {
    const mailbox = playMailbox();
    const { org, proposal, send } = await setUp();
    const name = 'Peak"Pro\r\nBcc: all@resend.dev\u202e<b>';
    await db.update(orgs).set({ name, email: 'sales@resend.dev' }).where(eq(orgs.id, org.id));
    await db
      .update(proposals)
      .set({ title: `${'K'.repeat(300)}\r\n<script>` })
      .where(eq(proposals.id, proposal.id));
    await send({});
    await deliver(org.id);
    const [message] = mailsOf(mailbox, proposal.id);
    expect(message?.from).toBe('"Peak Pro Bcc: all@resend.dev b" <portal@mail.example>');
    expect(message?.reply_to).toBe('sales@resend.dev');
    expect(message?.subject).not.toMatch(/[\r\n]/);
    expect(message?.html).not.toContain('<script>');
  });
});
