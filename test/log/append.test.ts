import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { sqlState } from '../../src/db/client.ts';
import { appendGroup, readAbove } from '../../src/log/append.ts';
import { beginGeneration, wrongGeneration } from '../../src/log/generation.ts';
import type { Writes } from '../../src/log/plan.ts';
import { createOrg, createProposal, db, entriesOf, eventsOf, statusOf } from '../support/world.ts';

const uniqueViolation = '23505';
const none: Writes = { entries: [], statuses: new Map(), revisions: [], leads: [], stripeEvents: [] };

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
  test('is all or nothing: a place that is taken takes the whole group with it', async () => {
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

  test('cannot tell a fact twice, under whichever proposal', async () => {
    const [one, two] = [
      await createProposal((await createOrg()).id),
      await createProposal((await createOrg()).id),
    ];
    await appendGroup(db, shardOf(one), 0, { ...none, entries: [view(one, 2, `fact:${one.id}`)] });
    const again = appendGroup(db, shardOf(two), 0, { ...none, entries: [view(two, 2, `fact:${one.id}`)] });
    expect(await stateOf(again)).toBe(uniqueViolation);
  });

  test('returns what the shard has not counted yet, its own entries last', async () => {
    const proposal = await createProposal((await createOrg()).id);
    const [approval] = await entriesOf(proposal.id);
    const checkpoint = (approval?.id ?? 0) - 1;
    const segment = await appendGroup(db, shardOf(proposal), checkpoint, {
      ...none,
      entries: [view(proposal, 2)],
    });
    expect(segment.entries[0]).toMatchObject({ id: approval?.id, event: 'approve' });
    expect(segment.entries.at(-1)).toMatchObject({ event: 'view', proposalId: proposal.id, seq: 2 });
  });
});

test('shards of another number are refused until they take over, and then those before them are', async () => {
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

test('each entry is exactly one shard’s, whatever their number', async () => {
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
