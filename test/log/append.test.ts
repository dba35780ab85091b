import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqlState } from '../../src/db/client.ts';
import { appendGroup, readAbove } from '../../src/log/append.ts';
import { beginGeneration, wrongGeneration } from '../../src/log/generation.ts';
import type { Writes } from '../../src/log/plan.ts';
import { createOrg, createProposal, db, entriesOf, eventsOf, statusOf } from '../support/world.ts';

const uniqueViolation = '23505';
const none: Writes = {
  ...{ entries: [], statuses: new Map(), linkGenerations: new Map() },
  ...{ revisions: [], customers: [], comments: [], leads: [], stripeEvents: [], owed: [] },
};

function view(proposal: { id: number; orgId: number }, seq: number, key = `view:${proposal.id}:${seq}`) {
  const { id: proposalId, orgId } = proposal;
  return {
    event: 'view',
    meta: {},
    actor: 'customer',
    dedupeKey: key,
    orgId,
    proposalId,
    seq,
    createdAt: new Date(),
  } as const;
}

const shardOf = (proposal: { id: number }) => ({ index: proposal.id % 4, count: 4 });

beforeEach(() => beginGeneration(db, { index: 0, count: 4 }));

const stateOf = (work: Promise<unknown>) => work.then(() => undefined, sqlState);

test.each([
  ['update', sql`update portal_activity_log set actor = 'staff'`],
  ['delete', sql`delete from portal_activity_log`],
  ['truncate', sql`truncate portal_activity_log`],
  ['an update that would change nothing', sql`update portal_activity_log set actor = actor where false`],
])('the database refuses %s', async (_, statement) => {
  const proposal = await createProposal((await createOrg()).id);
  expect(await stateOf(db.execute(statement).then())).toBe('23001'); // restrict_violation
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});

describe('an append', () => {
  test('is all or nothing: one seq that is taken fails the whole group', async () => {
    const [one, two] = [
      await createProposal((await createOrg()).id),
      await createProposal((await createOrg()).id),
    ];
    const writes: Writes = {
      ...none,
      entries: [view(two, 2), view(one, 1)], // seq 1 of one is its approval
      statuses: new Map([[two.id, 'void']]),
    };
    expect(await stateOf(appendGroup(db, shardOf(one), 0, writes))).toBe(uniqueViolation);
    expect(await eventsOf(two.id)).toEqual(['approve']);
    expect(await statusOf(two.id)).toBe('approved');
  });

  test('refuses a key that is recorded, under any proposal', async () => {
    const [one, two] = [
      await createProposal((await createOrg()).id),
      await createProposal((await createOrg()).id),
    ];
    await appendGroup(db, shardOf(one), 0, { ...none, entries: [view(one, 2, `fact:${one.id}`)] });
    const again = appendGroup(db, shardOf(two), 0, { ...none, entries: [view(two, 2, `fact:${one.id}`)] });
    expect(await stateOf(again)).toBe(uniqueViolation);
  });

  test('returns its entries in order with their ids, and whether it found others above the head', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const [approval] = await entriesOf(proposal.id);
    const before = approval?.id ?? 0;
    const first = await appendGroup(db, shardOf(proposal), before - 1, {
      ...none,
      entries: [view(proposal, 2), view(proposal, 3)],
    });
    const [, second, third] = await entriesOf(proposal.id);
    expect(first.entries).toEqual([second, third]);
    expect(first).toMatchObject({ before, missed: true });
    const head = third?.id ?? 0;
    expect(await appendGroup(db, shardOf(proposal), head, none)).toEqual({
      entries: [],
      before: head,
      missed: false,
    });
  });
});

test('shards of another number are refused until they take over; then the previous ones are', async () => {
  const [four, seven] = [
    { index: 1, count: 4 },
    { index: 1, count: 7 },
  ];
  await beginGeneration(db, seven);
  expect(await stateOf(readAbove(db, four, 0))).toBe(wrongGeneration);
  await beginGeneration(db, four);
  expect(await stateOf(readAbove(db, four, 0))).toBeUndefined();
  expect(await stateOf(readAbove(db, seven, 0))).toBe(wrongGeneration);
});

test('each entry belongs to exactly one shard, whatever their number', async () => {
  const { id } = await createProposal((await createOrg()).id);
  const [entry] = await entriesOf(id);
  const checkpoint = (entry?.id ?? 0) - 1;
  for (const count of [1, 4, 7]) {
    await beginGeneration(db, { index: 0, count });
    const shards = Array.from({ length: count }, (_, index) => readAbove(db, { index, count }, checkpoint));
    const segments = await Promise.all(shards);
    expect(segments.filter(({ entries }) => entries.some((read) => read.id === entry?.id))).toHaveLength(1);
  }
});
