import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { ChannelAdapter, Prepared } from '../../src/couriers/channel.ts';
import { Deliveries } from '../../src/couriers/deliveries.ts';
import { eraseFrozen, Outbox } from '../../src/couriers/outbox.ts';
import { channels, outbox } from '../../src/db/schema.ts';
import { mailRetriesMs } from '../../src/domain/mail.ts';
import type { Delivery } from '../../src/domain/owed.ts';
import { toOwe } from '../../src/log/outbox.ts';
import type { Increment } from '../../src/metrics/catalogue.ts';
import { createMailingOrg, owedOf, passTime } from '../support/mail.ts';
import { createProposal, db, entriesOf } from '../support/world.ts';

// The courier's work with a channel that the test plays, on the real outbox.

const accepted: Delivery = { outcome: 'accepted', vendorId: 'v1', note: null };
const unknown: Delivery = { outcome: 'unknown', reason: 'no_answer' };
const hourMs = 3_600_000;

/** An org that owes so many receipts of one proposal, and a channel that gives these answers and notes what it got. */
async function setUp(answers: readonly Delivery[] = [], owedRows = 1) {
  const org = await createMailingOrg();
  const proposal = await createProposal(org.id);
  const [entry] = await entriesOf(proposal.id);
  const rows = Array.from({ length: owedRows }, (_, index) => ({
    ...({
      key: `mail:receipt:${proposal.id}:${index}`,
      channel: 'mail',
      kind: 'receipt',
      orgId: org.id,
    } as const),
    ...{
      proposalId: proposal.id,
      entryKey: entry?.dedupeKey ?? '',
      entryAt: new Date(),
      dueAt: new Date(Date.now() - 1_000),
    },
  }));
  for (const { sql, params } of toOwe(rows)) await db.$client.query(sql, params);
  const delivered: { id: string; content: object }[] = [];
  const next = [...answers];
  const adapter: ChannelAdapter & { content: Prepared } = {
    kinds: ['receipt', 'notice'],
    retryHours: 20,
    staleHours: 72,
    retriesMs: mailRetriesMs,
    content: { content: { words: 'first' } },
    async prepare() {
      return this.content;
    },
    async deliver({ id }, content) {
      delivered.push({ id, content });
      return next.shift() ?? accepted;
    },
  };
  const box = new Outbox(db, org.id);
  const counted: string[] = [];
  const count = ({ labels }: Increment) => void counted.push(Object.values(labels).join(' '));
  const courier = () => new Deliveries(box, { mail: adapter }, count);
  const row = async () => (await owedOf(proposal.id))[0];
  return { org, proposal, delivered, adapter, box, courier, counted, row };
}

test('what is due is delivered once, and its end is noted', async () => {
  const { courier, delivered, row } = await setUp();
  expect(await courier().round({})).toMatchObject({ nextInMs: null });
  await courier().round({});
  expect(delivered).toHaveLength(1);
  expect(await row()).toMatchObject({
    state: 'sent',
    vendorId: 'v1',
    attempt: 1,
    frozen: { words: 'first' },
  });
});

test('an attempt of unknown outcome is made again with the same words, later and later, for less than a key lasts', async () => {
  const { org, courier, delivered, adapter, row } = await setUp(Array(40).fill(unknown));
  const { nextInMs } = await courier().round({});
  expect(nextInMs).toBeGreaterThan(20_000);
  expect(nextInMs).toBeLessThanOrEqual(30_000);
  adapter.content = { content: { words: 'second' } };
  for (let hours = 0; hours < 30; hours += 0.5) {
    await passTime(org.id, hourMs / 2);
    await courier().round({});
  }
  expect(await row()).toMatchObject({ state: 'perhaps_sent', reason: 'no_answer' });
  expect(delivered.length).toBeGreaterThan(5);
  expect(delivered.length).toBeLessThan(15);
  expect(new Set(delivered.map(({ content }) => JSON.stringify(content)))).toEqual(
    new Set(['{"words":"first"}']),
  );
});

test('what is refused is not tried again', async () => {
  const { courier, delivered, row } = await setUp([{ outcome: 'refused', reason: 'validation_error' }]);
  await courier().round({});
  await courier().round({});
  expect([delivered.length, (await row())?.state, (await row())?.reason]).toEqual([
    1,
    'failed',
    'validation_error',
  ]);
});

test('what a vendor or an operator postpones holds up its channel, and counts as not delivered', async () => {
  const postponed: Delivery = {
    outcome: 'postponed',
    reason: 'rate_limit_exceeded',
    ms: 60_000,
    waitsFor: 'time',
  };
  const { org, courier, delivered, row } = await setUp([postponed], 30);
  const { pauses, nextInMs } = await courier().round({});
  expect(delivered).toHaveLength(1);
  expect(nextInMs).toBeGreaterThan(50_000);
  expect(await row()).toMatchObject({ state: 'queued', doubtSince: null, reason: 'rate_limit_exceeded' });
  await courier().round(pauses);
  expect(delivered).toHaveLength(1);
  await passTime(org.id, 61_000);
  await courier().round({});
  expect(delivered).toHaveLength(31);
});

test('a courier whose lease ran out begins nothing, and writes nothing over the next one', async () => {
  const { org, box, row } = await setUp();
  const [first] = await box.claim('mail', ['receipt']);
  expect(await box.claim('mail', ['receipt'])).toEqual([]);
  await passTime(org.id, 61_000);
  const [second] = await box.claim('mail', ['receipt']);
  if (!first || !second) throw new Error('Nothing was claimed.');
  expect([first.attempt, second.attempt]).toEqual([1, 2]);
  expect(await box.begin(first, { words: 'first' })).toBeNull();
  expect(await box.begin(second, { words: 'second' })).toEqual({ words: 'second' });
  // It would clear the doubt about the second one's attempt.
  await box.finish(first, { state: 'queued', againInMs: 0, isSurelyNot: true });
  await box.expand(first, [{ name: 'user:1', dueAt: null }]);
  expect(await row()).toMatchObject({
    state: 'sending',
    doubtSince: expect.any(Date),
    frozen: { words: 'second' },
  });
});

test('after a crash between the attempt and its note, the next one knows that it may be out', async () => {
  const { org, courier, adapter, delivered, row } = await setUp();
  const dead = new Promise<never>(() => {});
  const deliver = adapter.deliver.bind(adapter);
  adapter.deliver = async (...attempt) => {
    await deliver(...attempt);
    return dead;
  };
  void courier().round({});
  while (delivered.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await row()).toMatchObject({ state: 'sending', doubtSince: expect.any(Date) });
  adapter.deliver = deliver;
  adapter.content = { content: { words: 'other' } };
  await passTime(org.id, 61_000);
  await courier().round({});
  expect(delivered.map(({ content }) => content)).toEqual([{ words: 'first' }, { words: 'first' }]);
  expect(await row()).toMatchObject({ state: 'sent' });
});

test('a courier that was suspended between its attempt and the call learns that it is too late for it', async () => {
  const { adapter, box } = await setUp();
  let suspendedMs = 0;
  const isInTime: boolean[] = [];
  adapter.deliver = async (_row, _content, ask) => {
    isInTime.push(ask());
    suspendedMs = 41_000;
    isInTime.push(ask());
    return { outcome: 'unknown', reason: 'suspended' };
  };
  await new Deliveries(
    box,
    { mail: adapter },
    () => {},
    () => Date.now() + suspendedMs,
  ).round({});
  expect(isInTime).toEqual([true, false]);
});

test('a notice becomes a row for each of its readers, once', async () => {
  const { courier, adapter, delivered, proposal } = await setUp();
  const shares = ['user:1', 'user:2'].map((name) => ({ name, dueAt: null }));
  adapter.prepare = async ({ share }) => (share ? { content: { share } } : { shares });
  await Promise.all([courier().round({}), courier().round({})]);
  await courier().round({});
  expect(delivered.map(({ content }) => content)).toEqual([{ share: 'user:1' }, { share: 'user:2' }]);
  expect((await owedOf(proposal.id)).map(({ state, share }) => [state, share])).toEqual([
    ['expanded', null],
    ['sent', 'user:1'],
    ['sent', 'user:2'],
  ]);
});

test('a share with a time of its own waits for it', async () => {
  const { org, courier, adapter, delivered } = await setUp();
  const inAnHour = new Date(Date.now() + hourMs);
  adapter.prepare = async ({ share }) =>
    share
      ? { content: { share } }
      : {
          shares: [
            { name: 'now', dueAt: null },
            { name: 'later', dueAt: inAnHour },
          ],
        };
  const { nextInMs } = await courier().round({});
  expect(delivered.map(({ content }) => content)).toEqual([{ share: 'now' }]);
  expect(nextInMs).toBeGreaterThan(hourMs - 60_000);
  await passTime(org.id, hourMs);
  await courier().round({});
  expect(delivered.map(({ content }) => content)).toEqual([{ share: 'now' }, { share: 'later' }]);
});

test('each end is counted once, by the courier that wrote it, and each failure by its remedy', async () => {
  const { org, courier, counted, box } = await setUp(
    [{ outcome: 'postponed', reason: 'http_403', ms: 1_000, waitsFor: 'operator' }, unknown],
    1,
  );
  await courier().round({});
  await passTime(org.id, 2_000);
  await courier().round({});
  await passTime(org.id, 3 * 60_000);
  const [first] = await box.claim('mail', ['receipt']);
  await passTime(org.id, 61_000);
  await courier().round({});
  if (!first) throw new Error('Nothing was claimed.');
  expect(await box.finish(first, { state: 'failed' })).toBe(false);
  expect(counted).toEqual(['mail operator', 'mail unknown', 'mail receipt sent']);
});

test('what was not attempted in three days, or what an earlier generation owed, is shown and not sent', async () => {
  const late = await setUp();
  await passTime(late.org.id, 73 * hourMs);
  const off = await setUp();
  await db.update(channels).set({ generation: 2 }).where(eq(channels.orgId, off.org.id));
  for (const { courier } of [late, off]) await courier().round({});
  expect([...late.delivered, ...off.delivered]).toEqual([]);
  expect(await late.row()).toMatchObject({ state: 'stale', reason: 'too_late' });
  expect(await off.row()).toMatchObject({ state: 'stale', reason: 'channel_off' });
});

test('what may be out and must not be sent any more is tried no more', async () => {
  const { org, courier, delivered, row } = await setUp([unknown]);
  await courier().round({});
  await db.update(channels).set({ since: null }).where(eq(channels.orgId, org.id));
  await passTime(org.id, hourMs);
  await courier().round({});
  expect(delivered).toHaveLength(1);
  expect(await row()).toMatchObject({ state: 'perhaps_sent', reason: 'channel_off' });
});

test('what was surely not delivered is made again', async () => {
  const { org, courier, adapter, delivered } = await setUp([
    { outcome: 'postponed', reason: 'http_403', ms: 1_000, waitsFor: 'operator' },
  ]);
  await courier().round({});
  adapter.content = { content: { words: 'mended' } };
  await passTime(org.id, 2_000);
  await courier().round({});
  expect(delivered.map(({ content }) => content)).toEqual([{ words: 'first' }, { words: 'mended' }]);
});

test('a row that we fail at is put off, and holds up no other; a kind of another version is left for it', async () => {
  const { org, courier, adapter, delivered, row } = await setUp([], 3);
  const { prepare } = adapter;
  const first = await row();
  adapter.prepare = (claimed) =>
    claimed.id === first?.id ? Promise.reject(new Error('No.')) : prepare.call(adapter, claimed);
  const { nextInMs } = await courier().round({});
  expect(delivered).toHaveLength(2);
  expect(nextInMs).toBeGreaterThan(50_000);
  expect(await row()).toMatchObject({ state: 'queued', tries: 0, doubtSince: null, endedAt: null });
  adapter.prepare = prepare;
  await db
    .update(outbox)
    .set({ kind: 'unheard_of' as 'link' })
    .where(eq(outbox.id, first?.id ?? ''));
  await passTime(org.id, 61_000);
  expect((await courier().round({})).nextInMs).toBeNull();
  expect(delivered).toHaveLength(2);
});

test('what was sent is erased a month after its end, and what became of it stays', async () => {
  const { courier, row } = await setUp();
  await courier().round({});
  const ended = async (days: number) => {
    const endedAt = new Date(Date.now() - days * 24 * hourMs);
    await db
      .update(outbox)
      .set({ endedAt })
      .where(eq(outbox.id, (await row())?.id ?? ''));
    await eraseFrozen(db);
    return (await row())?.frozen;
  };
  expect(await ended(29)).toEqual({ words: 'first' });
  expect(await ended(31)).toBeNull();
  expect(await row()).toMatchObject({ state: 'sent', vendorId: 'v1' });
});

test('nothing is owed for what happened before the channel was on, nor twice', async () => {
  const { org, proposal } = await setUp();
  const before = { ...(await owedOf(proposal.id))[0] };
  const owe = (key: string, entryAt: Date) => {
    const [statement] = toOwe([
      {
        ...({ key, channel: 'mail', kind: 'receipt', orgId: org.id, proposalId: proposal.id } as const),
        ...{ entryKey: before.entryKey ?? '', entryAt, dueAt: entryAt },
      },
    ]);
    return db.$client.query(statement?.sql ?? '', statement?.params);
  };
  await owe(before.key ?? '', new Date());
  await owe('mail:receipt:before', new Date(Date.now() - hourMs));
  expect(await owedOf(proposal.id)).toEqual([before]);
});

test('a thousand rows of one org are delivered, a hundred or so a round, each once', {
  timeout: 120_000,
}, async () => {
  const { courier, delivered, proposal } = await setUp([], 1_000);
  const work = async () => {
    for (let isMore = true; isMore; ) isMore = (await courier().round({})).nextInMs === 0;
  };
  await Promise.all([work(), work()]);
  expect(delivered).toHaveLength(1_000);
  expect(new Set(delivered.map(({ id }) => id)).size).toBe(1_000);
  expect((await owedOf(proposal.id)).filter(({ state }) => state === 'sent')).toHaveLength(1_000);
});
