import { eq } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import { type Fault, Mailbox, type MailEvent } from '../../local/mailbox/mailbox.ts';
import { signed } from '../../local/mailbox/reports.ts';
import { outbox, suppressions } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createMailingProposal, deliver, mailsOf, owedOf, passTime, playMailbox } from '../support/mail.ts';
import { bindings, db, eventsOf, rowCounts } from '../support/world.ts';

const secret = bindings.RESEND_WEBHOOK_SECRET ?? '';
/** Posts an event as Resend does. */
function post(event: object, { id = `msg_${crypto.randomUUID()}`, at = new Date(), by = secret } = {}) {
  const body = JSON.stringify(event);
  return call('POST /mail/webhook', { headers: signed(id, at, body, by), body });
}

/** A mailbox, and what it would report. */
function playReports(nextFault?: (mail: string) => Fault | undefined) {
  const mailbox = new Mailbox();
  const events: MailEvent[] = [];
  mailbox.onEvent = (event) => void events.push(event);
  playMailbox(mailbox, nextFault);
  return { mailbox, events };
}

/** A proposal whose link was mailed, and the event that reports on it. */
async function mailed(to: string) {
  const { mailbox, events } = playReports();
  const { org, proposal } = await createMailingProposal(to);
  const send = () => call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  await send();
  await deliver(org.id);
  return { org, proposal, mailbox, events, event: eventOf(events, proposal.id), send };
}

/** The event about a proposal's mail: couriers of other tests may be at work too. */
function eventOf(events: readonly MailEvent[], proposalId: number): MailEvent {
  const event = events.find(({ data }) => data.tags.proposal_id === String(proposalId));
  if (!event) throw new Error('Nothing was mailed.');
  return event;
}

async function linkOf(proposalId: number) {
  const row = (await owedOf(proposalId)).find(({ kind }) => kind === 'link');
  if (!row) throw new Error('No link is owed.');
  return row;
}

const stateOf = async (org: { token: string }, proposalId: number) => {
  const { json } = await call(`GET /proposals/${proposalId}/activity`, { token: org.token });
  return json.data
    .flatMap(({ owed }: { owed: { kind: string; state: string }[] }) => owed)
    .find(({ kind }: { kind: string }) => kind === 'link').state;
};

const attentionOf = async (org: { token: string }) =>
  (await call('GET /reports/attention', { token: org.token })).json.mails;

test('what became of each mail is counted, once', async () => {
  // Of a kind that no other test has a courier mail meanwhile.
  const read = async () => {
    const { text } = await call('GET /metrics');
    const value = (outcome: string) => {
      const series = `owed_total{channel="mail",kind="withdrawn",outcome="${outcome}"} `;
      return Number(text.split(series)[1]?.split('\n')[0] ?? 0);
    };
    return [value('sent'), value('bounced')];
  };
  const { org, proposal, events } = await mailed('bounced@resend.dev');
  const before = await read();
  await call(`POST /proposals/${proposal.id}/void`, { token: org.token });
  await deliver(org.id);
  const event = events.findLast(({ data }) => data.tags.kind === 'withdrawn');
  for (const _ of ['first', 'replayed']) await post(event ?? {});
  const isCounted = async () => expect(await read()).toEqual(before.map((value) => value + 1));
  await vi.waitFor(isCounted, { timeout: 15_000, interval: 500 });
});

test('a delivered mail is delivered on the timeline, and owes nothing', async () => {
  const { org, proposal, event } = await mailed('delivered@resend.dev');
  expect(event.type).toBe('email.delivered');
  const before = await rowCounts();
  expect(await post(event)).toMatchObject({ status: 200, json: { received: true } });
  expect(await stateOf(org, proposal.id)).toBe('delivered');
  expect(await rowCounts()).toEqual(before);
});

test('a bounce of an internationalized domain, which its vendor names in ASCII, is of the address on file', async () => {
  const { org, proposal, mailbox, event, send } = await mailed('Ada@bücher.example');
  expect(event.data.to).toEqual(['Ada@xn--bcher-kva.example']);
  await post({ ...event, type: 'email.bounced' });
  expect(await eventsOf(proposal.id)).toEqual(['sent', 'mail_bounced']);
  await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json: { title: 'Another kitchen' } });
  await send();
  await deliver(org.id);
  expect(mailsOf(mailbox, proposal.id).filter(({ kind }) => kind === 'link')).toHaveLength(1);
});

describe.each([
  ['bounced', 'bounced@resend.dev'],
  ['complained', 'complained@resend.dev'],
] as const)('a mail that %s', (state, to) => {
  test('is on the timeline, in Attention and an entry that the team hears of, once', async () => {
    const { org, proposal, mailbox, event } = await mailed(to);
    for (const _ of ['first', 'replayed']) expect((await post(event)).status).toBe(200);
    expect(await stateOf(org, proposal.id)).toBe(state);
    expect(await eventsOf(proposal.id)).toEqual(['sent', 'mail_bounced']);
    expect(await attentionOf(org)).toMatchObject([{ proposal_id: proposal.id, kind: 'link', state }]);
    await deliver(org.id);
    expect(mailsOf(mailbox, proposal.id).map(({ kind }) => kind)).toEqual(['link', 'notice']);
  });

  test('ends what is mailed to the address, until it is corrected', async () => {
    const { org, proposal, mailbox, event, send } = await mailed(to);
    await post(event);
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json: { title: 'Another kitchen' } });
    await send();
    await deliver(org.id);
    const links = () => mailsOf(mailbox, proposal.id).filter(({ kind }) => kind === 'link');
    expect(links()).toHaveLength(1);
    const rows = (await owedOf(proposal.id)).filter(({ kind }) => kind === 'link');
    expect(rows.map(({ state: now, reason }) => [now, reason])).toContainEqual(['failed', 'suppressed']);
    const json = { customer_email: 'delivered+corrected@resend.dev' };
    await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
    expect(await attentionOf(org)).toEqual([]);
    await send();
    await deliver(org.id);
    expect(links().map(({ to: address }) => address)).toEqual([to, 'delivered+corrected@resend.dev']);
  });
});

test('a better report that waits for a worse one does not replace it', async () => {
  const { org, proposal, event } = await mailed('bounced@resend.dev');
  const { id } = await linkOf(proposal.id);
  const worse = db.$client.transaction([
    db.$client.query(`update outbox set reported = 'bounced', reported_at = now() where id = $1`, [id]),
    db.$client.query('select pg_sleep(0.5)'), // which holds the row
  ]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await post({ ...event, type: 'email.delivered' });
  await worse;
  expect(await stateOf(org, proposal.id)).toBe('bounced');
});

test('reports that come at once leave the worst, and one entry', async () => {
  const { org, proposal, event } = await mailed('bounced@resend.dev');
  const delivered = { ...event, type: 'email.delivered' };
  const answers = await Promise.all([event, delivered, event, delivered, event].map((one) => post(one)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
  expect(await stateOf(org, proposal.id)).toBe('bounced');
  expect(await eventsOf(proposal.id)).toEqual(['sent', 'mail_bounced']);
});

test('a worse report is not replaced by a better one that comes late', async () => {
  const { org, proposal, event } = await mailed('bounced@resend.dev');
  await post(event);
  await post({ ...event, type: 'email.delivered' });
  expect(await stateOf(org, proposal.id)).toBe('bounced');
  await post({ ...event, type: 'email.complained' });
  expect(await stateOf(org, proposal.id)).toBe('complained');
  expect(await eventsOf(proposal.id)).toEqual(['sent', 'mail_bounced']);
});

test('a notice that bounced owes nothing further, and its reader is mailed no more', async () => {
  const { mailbox, events } = playReports();
  const { org, proposal } = await createMailingProposal('delivered@resend.dev', 'bounced@resend.dev');
  await call(`POST /proposals/${proposal.id}/view`, { token: proposal.token });
  await deliver(org.id);
  const event = eventOf(events, proposal.id);
  expect(event.type).toBe('email.bounced');
  await post(event);
  expect(await eventsOf(proposal.id)).toEqual(['view']);
  expect(await attentionOf(org)).toEqual([]);
  await call(`POST /proposals/${proposal.id}/decline`, { token: proposal.token, json: { reason: 'price' } });
  await deliver(org.id);
  expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
});

test('a report says that a mail is out whose sending was in doubt', async () => {
  const { org, proposal } = await createMailingProposal('delivered@resend.dev');
  const isOurs = (mail: string) => mail.includes(`{"name":"proposal_id","value":"${proposal.id}"}`);
  const { mailbox, events } = playReports((mail) => (isOurs(mail) ? 'reply_lost' : undefined));
  await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  await deliver(org.id);
  expect((await linkOf(proposal.id)).state).toBe('sending');
  await post(eventOf(events, proposal.id));
  expect(await linkOf(proposal.id)).toMatchObject({
    state: 'sent',
    reported: 'delivered',
    endedAt: expect.any(Date),
  });
  await passTime(org.id, 3_600_000);
  await deliver(org.id);
  expect(mailsOf(mailbox, proposal.id)).toHaveLength(1);
});

test('a bounce that comes after the address was corrected is no news of the new one', async () => {
  const { org, proposal, event } = await mailed('bounced@resend.dev');
  const json = { customer_email: 'delivered+right@resend.dev' };
  await call(`PATCH /proposals/${proposal.id}`, { token: org.token, json });
  await post(event);
  expect(await stateOf(org, proposal.id)).toBe('bounced');
  expect(await eventsOf(proposal.id)).not.toContain('mail_bounced');
  expect(await attentionOf(org)).toEqual([]);
});

test('a mail without our tags is found by the id that Resend gave it', async () => {
  const { org, proposal, event } = await mailed('delivered@resend.dev');
  const { tags: _, ...data } = event.data;
  expect((await post({ ...event, data })).status).toBe(200);
  expect(await stateOf(org, proposal.id)).toBe('delivered');
});

test('a shard that cannot be reached has Resend try again, and the retry completes it', async () => {
  const { proposal, event } = await mailed('bounced@resend.dev');
  const broken = { LOG_SHARD: { getByName: () => ({}) } } as unknown as Partial<typeof bindings>;
  const body = JSON.stringify(event);
  const headers = signed('msg_again', new Date(), body, secret);
  const failed = await call('POST /mail/webhook', { headers, body, bindings: broken });
  expect(failed).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
  expect(await eventsOf(proposal.id)).toEqual(['sent']);
  expect((await post(event)).status).toBe(200);
  expect(await eventsOf(proposal.id)).toEqual(['sent', 'mail_bounced']);
});

describe('changes nothing:', () => {
  const elsewhere = `whsec_${btoa('another-secret-another-secret')}`;
  const old = new Date(Date.now() - 301_000);
  const ahead = new Date(Date.now() + 400_000);
  test.each([
    ['a forged event', (event: object) => post(event, { by: elsewhere }), 400, 'invalid_signature'],
    ['an event that is replayed late', (event: object) => post(event, { at: old }), 400, 'invalid_signature'],
    ['one from the future', (event: object) => post(event, { at: ahead }), 400, 'invalid_signature'],
    [
      'one that was changed on its way',
      (event: object) => {
        const headers = signed('msg_x', new Date(), JSON.stringify(event), secret);
        return call('POST /mail/webhook', { headers, body: `${JSON.stringify(event)} ` });
      },
      400,
      'invalid_signature',
    ],
    [
      'an unsigned one',
      (event: object) => call('POST /mail/webhook', { json: event }),
      400,
      'invalid_signature',
    ],
    ['one of an unknown type', (event: object) => post({ ...event, type: 'email.opened' }), 200, undefined],
    ['one without an id', (event: object) => post({ ...event, data: {} }), 400, 'invalid_event'],
    [
      'one about another product’s mail',
      () => post({ type: 'email.bounced', data: { email_id: 'another', to: ['x@example.org'] } }),
      200,
      undefined,
    ],
    [
      'one with tags of another product',
      (event: object) =>
        post({
          ...event,
          data: { email_id: 'another', to: ['x@example.org'], tags: { mail_id: 'no uuid' } },
        }),
      200,
      undefined,
    ],
  ])('%s', async (_, give, status, code) => {
    const { proposal, event } = await mailed('bounced@resend.dev');
    const before = [await rowCounts(), await linkOf(proposal.id), await db.$count(suppressions)];
    const answer = await give(event);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect([await rowCounts(), await linkOf(proposal.id), await db.$count(suppressions)]).toEqual(before);
  });

  test('one that is signed by the second of two signatures counts, while a secret is rolled', async () => {
    const { org, proposal, event } = await mailed('delivered@resend.dev');
    const body = JSON.stringify(event);
    const [headers, others] = [secret, elsewhere].map((by) => signed('msg_r', new Date(), body, by));
    const both = `${others?.['svix-signature']} ${headers?.['svix-signature']}`;
    const answer = await call('POST /mail/webhook', {
      headers: { ...headers, 'svix-signature': both },
      body,
    });
    expect(answer.status).toBe(200);
    expect(await stateOf(org, proposal.id)).toBe('delivered');
  });
});

test('without the secret no event is taken, and all else works', async () => {
  const answer = await call('POST /mail/webhook', { json: {}, bindings: { RESEND_WEBHOOK_SECRET: '' } });
  expect(answer).toMatchObject({ status: 503, json: { code: 'not_configured' } });
});

describe('sending a mail again', () => {
  async function failed() {
    const { mailbox } = playReports();
    const { org, proposal } = await createMailingProposal('ada@example.com');
    await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
    await deliver(org.id);
    const row = await linkOf(proposal.id);
    const again = (id = row.id, token = org.token) =>
      call(`POST /proposals/${proposal.id}/mails/${id}/send_again`, { token });
    return { org, proposal, mailbox, row, again };
  }

  test('owes it once more, with a key of its own; a second click changes nothing', async () => {
    const { org, proposal, row, again } = await failed();
    expect(row).toMatchObject({ state: 'failed', reason: 'validation_error' });
    expect(await attentionOf(org)).toMatchObject([{ state: 'failed', reason: 'validation_error' }]);
    for (const answer of await Promise.all([again(), again()])) expect(answer.status).toBe(202);
    const links = (await owedOf(proposal.id)).filter(({ kind }) => kind === 'link');
    expect(links.map(({ key }) => key).sort()).toEqual([row.key, `mail:again:${row.id}`].sort());
    expect(await attentionOf(org)).toEqual([]);
    await deliver(org.id);
    const second = links.find(({ id }) => id !== row.id);
    expect((await again(second?.id)).status).toBe(202);
    expect((await owedOf(proposal.id)).filter(({ kind }) => kind === 'link')).toHaveLength(3);
  });

  test('is refused while it is under way, of another proposal, and while mail is off', async () => {
    const { org, proposal, row, again } = await failed();
    const other = await createMailingProposal('delivered@resend.dev');
    const before = await db.$count(outbox);
    expect((await again(row.id, other.org.token)).json.code).toBe('mail_not_found');
    expect((await again(crypto.randomUUID())).json.code).toBe('mail_not_found');
    expect((await again('no-uuid')).json.code).toBe('invalid_request');
    await db.update(outbox).set({ endedAt: null }).where(eq(outbox.id, row.id));
    expect((await again()).json.code).toBe('mail_under_way');
    const foreign = await call(`POST /proposals/${proposal.id}/mails/${row.id}/send_again`, {
      token: proposal.token,
    });
    expect(foreign).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    await db.update(outbox).set({ endedAt: new Date() }).where(eq(outbox.id, row.id));
    await db.execute(`update channels set since = null where org_id = ${org.id}`);
    expect((await again()).json.code).toBe('mail_off');
    expect(await db.$count(outbox)).toBe(before);
  });
});
