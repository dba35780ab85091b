import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { orThrow } from '../../src/domain/decision.ts';
import type { Command } from '../../src/log/command.ts';
import { call } from '../support/api.ts';
import { countRequests, isAppend, onDatabase } from '../support/faults.ts';
import { metric } from '../support/metrics.ts';
import {
  append,
  bindings,
  createOrg,
  createProposal,
  db,
  entriesOf,
  eventsOf,
  paidEvent,
  settlement,
  stripeEventOf,
} from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

/** The shard of a proposal; with `twin`, a second object that acts as the same shard. */
function shardOf(proposalId: number, twin = false) {
  const index = proposalId % 4;
  return bindings.LOG_SHARD.getByName(twin ? `0${index}/4` : `${index}/4`);
}

const payments = (org: { label: string }) => metric(`crm_portal_payments_total{org_id="${org.label}"}`);

const lead = (org: Awaited<ReturnType<typeof createOrg>>, name: string): Command => ({
  kind: 'create_lead',
  actor: org.actor,
  lead: { id: crypto.randomUUID(), name, email: null, phone: null, source: null },
});

describe("a shard's sums", () => {
  test('survive an eviction', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await shardOf(proposal.id).execute(settlement(proposal));
    expect(await payments(org)).toBe(1);
    await evictDurableObject(shardOf(proposal.id));
    expect(await payments(org)).toBe(1);
  });

  test('include, after a restart, the entries that a crash left out', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await shardOf(proposal.id).sums(); // now it runs and has caught up
    await appendBehindItsBack(proposal);
    await evictDurableObject(shardOf(proposal.id));
    expect(await payments(org)).toBe(1);
  });

  test('include, with the next append, what another writer appended', async () => {
    const org = await createOrg();
    const [behind, next] = [await createProposal(org.id), await createProposal(org.id)];
    const shard = shardOf(behind.id);
    await shard.sums();
    await appendBehindItsBack(behind);
    // another proposal of the same shard
    const sibling = await createProposal(org.id);
    let other = sibling;
    while (other.id % 4 !== behind.id % 4) other = await createProposal(org.id);
    await shard.execute(settlement(other));
    expect(await payments(org)).toBe(2);
    expect(await eventsOf(next.id)).toEqual(['approve']);
  });

  test('include an append once though its reply was lost, and the retry is a duplicate', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const event = paidEvent(proposal);
    const fault = onDatabase(async (send, body) => {
      const response = await send();
      if (isAppend(body)) throw new TypeError('Network connection lost.');
      return response;
    });
    const first = await call('POST /payments/webhook', { json: event });
    expect(first).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
    fault.mockRestore();
    expect(await payments(org)).toBe(1);
    expect((await call('POST /payments/webhook', { json: event })).status).toBe(200);
    expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
    expect(await payments(org)).toBe(1);
  });

  test('include all of a long log, however many segments it is read in', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const index = proposal.id % 4;
    await db.execute(sql`insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
      select ${org.id}, ${proposal.id}, n, 'payment_success', 'stripe', '{"amount_cents": 1}', ${`page:${proposal.id}:`} || n
      from generate_series(2, 2501) as n`);
    // An append reads one page of them, a scrape the rest.
    await shardOf(proposal.id).execute(settlement(proposal));
    expect(await payments(org)).toBe(2501);
    await evictDurableObject(bindings.LOG_SHARD.getByName(`${index}/4`));
    expect(await payments(org)).toBe(2501);
  });

  test('count once what an append and a catch-up read at the same time', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const shard = shardOf(proposal.id);
    await shard.catchUp();
    await appendBehindItsBack(proposal);
    const catchUp = { hasRead: false, mayGoOn: false };
    onDatabase(async (send, body) => {
      const response = await send();
      if (isAppend(body) || !body.includes('mod(coalesce')) return response;
      catchUp.hasRead = true;
      while (!catchUp.mayGoOn) await new Promise((resolve) => setTimeout(resolve, 1));
      return response;
    });
    const caughtUp = shard.catchUp();
    await vi.waitFor(() => expect(catchUp.hasRead).toBe(true));
    await shard.execute(settlement(proposal)); // counts the entry that the catch-up holds too
    catchUp.mayGoOn = true;
    await caughtUp;
    expect(await payments(org)).toBe(2);
  });

  test('survive an event of a later version that was rolled back', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    await db.execute(sql`insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
      values (${org.id}, ${proposal.id}, 2, 'from_the_future', 'stripe', '{}', ${`future:${proposal.id}`})`);
    expect(await shardOf(proposal.id).execute(settlement(proposal))).toMatchObject({ outcome: 'recorded' });
    expect(await payments(org)).toBe(1);
  });

  test('are folded within a second or so, without a reader; a reader sees them at once', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const shard = shardOf(proposal.id);
    await shard.catchUp(); // now nothing waits to be folded
    const counted = () =>
      runInDurableObject(shard, (_, { storage }) =>
        storage.sql
          .exec(
            "select value from sums where metric = 'crm_portal_payments_total' and labels = ?",
            JSON.stringify({ org_id: org.label }),
          )
          .toArray()
          .map(({ value }) => value),
      );
    await shard.execute(settlement(proposal));
    expect(await counted()).toEqual([0]); // started by the approval
    await vi.waitFor(async () => expect(await counted()).toEqual([1]), { timeout: 5_000 });
    await shard.execute(settlement(proposal));
    expect(await payments(org)).toBe(2);
  });

  /** What a shard that crashed between append and fold leaves behind. */
  async function appendBehindItsBack(proposal: { id: number; orgId: number }) {
    await append(settlement(proposal));
  }
});

describe('a group', () => {
  test('with one rejected command still commits the others', async () => {
    const org = await createOrg();
    const shard = bindings.LOG_SHARD.getByName(`${org.id % 4}/4`);
    const bad = lead(org, 'a zero byte \0 is no text to PostgreSQL');
    // The first goes alone; the others form the next group.
    const commands = [lead(org, 'first'), lead(org, 'one'), bad, lead(org, 'three')];
    const [, one, two, three] = await runInDurableObject(shard, (instance) =>
      Promise.all(commands.map((command) => instance.execute(command))),
    );
    expect(one).toMatchObject({ outcome: 'recorded' });
    expect(two).toMatchObject({ rejected: 'log_unavailable' });
    expect(three).toMatchObject({ outcome: 'recorded' });
    expect(await metric(`crm_leads_created_total{org_id="${org.label}"}`)).toBe(3);
  });

  test('may hold one Stripe event twice, and keeps its first outcome', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const payment = settlement(proposal);
    // The first goes alone; the others form the next group.
    const commands = [settlement(proposal), payment, payment];
    const results = await runInDurableObject(shardOf(proposal.id), (instance) =>
      Promise.all(commands.map((command) => instance.execute(command))),
    );
    expect(results).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'recorded' },
      { outcome: 'duplicate' },
    ]);
    expect(await payments(org)).toBe(2);
    const eventId = (payment.kind === 'settle' && payment.event?.id) || '';
    expect(await stripeEventOf(eventId)).toMatchObject({ outcome: 'recorded' });
  });

  test('decides each command on the state that those before it left', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id, 'draft');
    const shard = shardOf(proposal.id);
    const approve = (name: string) =>
      ({
        kind: 'approve',
        proposalId: proposal.id,
        actor: proposal.customer,
        name,
        version: 1,
        ip: null,
      }) as const;
    const view = { kind: 'view', proposalId: proposal.id, actor: proposal.customer } as const;
    const commands = [view, approve('Ada'), approve('Eve'), approve('Ada')];
    const results = await runInDurableObject(shard, (instance) =>
      Promise.all(commands.map((command) => instance.execute(command))),
    );
    expect(results).toMatchObject([
      { outcome: 'recorded' },
      { outcome: 'recorded' },
      { rejected: 'already_approved' },
      { outcome: 'duplicate' },
    ]);
    expect((await entriesOf(proposal.id)).map(({ seq, event }) => [seq, event])).toEqual([
      [1, 'view'],
      [2, 'approve'],
    ]);
  });

  test('fails as a whole while the database is down, and the queue resumes when it is back', async () => {
    const org = await createOrg();
    const shard = bindings.LOG_SHARD.getByName(`${org.id % 4}/4`);
    const fault = onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
    const results = await Promise.all([1, 2, 3].map((n) => shard.execute(lead(org, `lead ${n}`))));
    const rejection = expect.objectContaining({ rejected: 'log_unavailable' });
    expect(results).toEqual([rejection, rejection, rejection]);
    fault.mockRestore();
    expect(await shard.execute(lead(org, 'lead 4'))).toMatchObject({ outcome: 'recorded' });
    expect(await metric(`crm_leads_created_total{org_id="${org.label}"}`)).toBe(1);
  });
});

test('a decision is made again when another writer changed the state meanwhile', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  let isFirst = true;
  onDatabase(async (send, body) => {
    if (isAppend(body) && isFirst) {
      isFirst = false; // between its read and its append, another writer appends
      await db.execute(sql`insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
        values (${org.id}, ${proposal.id}, 2, 'view', 'customer', '{}', ${`meanwhile:${proposal.id}`})`);
    }
    return send();
  });
  expect(await shardOf(proposal.id).execute(settlement(proposal))).toMatchObject({ outcome: 'recorded' });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'view', 'payment_success']);
});

describe('two objects that both act as one shard', () => {
  test('record everything once, and both count all of it', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const [shard, twin] = [shardOf(proposal.id), shardOf(proposal.id, true)];
    const commands = Array.from({ length: 10 }, () => settlement(proposal));
    const settled = await Promise.all(
      commands.flatMap((command) => [shard.execute(command), twin.execute(command)]),
    );
    // Each loses some races, and retries as Stripe would.
    for (const [index, result] of settled.entries()) {
      const command = commands[Math.floor(index / 2)];
      if (command && 'rejected' in result) await shard.execute(command);
    }
    const entries = await entriesOf(proposal.id);
    expect(entries.filter(({ event }) => event === 'payment_success')).toHaveLength(10);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));

    await Promise.all([shard.catchUp(), twin.catchUp()]);
    const count = async (one: typeof shard) =>
      orThrow(await one.sums()).sums.find(
        ({ metric: name, labels }) => name === 'crm_portal_payments_total' && labels.org_id === org.label,
      )?.value;
    expect([await count(shard), await count(twin)]).toEqual([10, 10]);
  });
});

describe('a catch-up', () => {
  test('runs once for all who ask while it runs', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const shard = shardOf(proposal.id);
    await shard.series(null);
    const scrapes = (count: number) =>
      countRequests(() =>
        Promise.all(Array.from({ length: count }, () => shard.series({ orgId: org.label }))),
      );
    await evictDurableObject(shard);
    const alone = (await scrapes(1)).database;
    await evictDurableObject(shard);
    const { result, database } = await scrapes(20);
    expect(database).toBe(alone);
    for (const page of result) expect(page).toEqual(result[0]);
  });

  test('that was running when a gap opened is followed by another', async () => {
    const org = await createOrg();
    const proposal = await createProposal(org.id);
    const shard = shardOf(proposal.id);
    await shard.series(null);
    await evictDurableObject(shard);
    const hold = Promise.withResolvers<void>();
    const isRead = (body: string) => body.includes('select lock_shard');
    const spy = onDatabase(async (send, body) => {
      const response = await send();
      if (isRead(body)) await hold.promise; // the segment is read, and not yet here
      if (isAppend(body)) throw new TypeError('Network connection lost.');
      return response;
    });
    const running = shard.series({ orgId: org.label });
    await vi.waitFor(() => expect(spy.mock.calls.some(([, init]) => isRead(String(init?.body)))).toBe(true));
    await new Promise((later) => setTimeout(later, 50));
    expect(await shard.execute(settlement(proposal))).toMatchObject({ rejected: 'log_unavailable' });
    const asked = shard.series({ orgId: org.label });
    await new Promise((later) => setTimeout(later, 50)); // it has joined the first
    hold.resolve();
    spy.mockRestore();
    await running;
    const page = orThrow(await asked);
    expect(page.blocks.find((block) => block.metric === 'crm_portal_payments_total')?.texts).toEqual([
      `crm_portal_payments_total{org_id="${org.label}"} 1.0\n`,
    ]);
  });
});

describe('a payment whose event names the wrong proposal', () => {
  const sessionOf = (entries: Awaited<ReturnType<typeof entriesOf>>) =>
    entries.flatMap(({ event, meta }) =>
      event === 'checkout_created' && 'session_id' in meta ? meta.session_id : [],
    );

  test('is recorded under the proposal of its session', async () => {
    const org = await createOrg();
    const [owner, named] = [await createProposal(org.id), await createProposal(org.id)];
    await call('POST /payments/checkout_session', { token: owner.token, json: { proposal_id: owner.id } });
    const [id] = sessionOf(await entriesOf(owner.id));
    for (const proposal of [named, { ...named, id: 999_999_999 }]) {
      expect((await call('POST /payments/webhook', { json: paidEvent(proposal, { id }) })).status).toBe(200);
    }
    expect(await eventsOf(owner.id)).toEqual(['approve', 'checkout_created', 'payment_success']);
    expect(await eventsOf(named.id)).toEqual(['approve']);
  });

  test('is a duplicate where it is already recorded, wherever its session was made', async () => {
    const org = await createOrg();
    const [first, second] = [await createProposal(org.id), await createProposal(org.id)];
    const event = paidEvent(first);
    await call('POST /payments/webhook', { json: event });
    const { id } = event.data.object;
    await shardOf(second.id).execute({
      kind: 'record_checkout',
      proposalId: second.id,
      actor: second.customer,
      statedTotalCents: null,
      checkout: {
        sessionId: id,
        url: 'https://checkout.stripe.test',
        version: 1,
        depositCents: 472_500,
        totalCents: 1_575_000,
        amountCents: 472_500,
        currency: 'usd',
        expiresAt: new Date(Date.now() + 3_600_000),
        devMode: true,
      },
    });
    for (const proposal of [first, second]) {
      expect((await call('POST /payments/webhook', { json: paidEvent(proposal, { id }) })).status).toBe(200);
    }
    expect(await payments(org)).toBe(1);
  });
});
