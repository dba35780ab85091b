import { afterEach, expect, test, vi } from 'vitest';
import { Deps } from '../../src/deps.ts';
import { settle } from '../../src/payments/settle.ts';
import { refund } from '../support/given.ts';
import { bindings, createOrg, createProposal, settlement } from '../support/world.ts';

afterEach(() => vi.useRealTimers());

/** Whether it has been given up, 1 ms before and at this time. */
async function givenUpAt(ms: number, work: Promise<unknown>): Promise<boolean[]> {
  let isGivenUp = false;
  void work.catch(() => {
    isGivenUp = true;
  });
  await vi.advanceTimersByTimeAsync(ms - 1);
  const before = isGivenUp;
  await vi.advanceTimersByTimeAsync(1);
  return [before, isGivenUp];
}

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('a refund that waits for the database, and then for the shard, is given up after 5.5 s together', async () => {
  vi.useFakeTimers();
  const waits: string[] = [];
  const db = {
    select: () => ({
      from: () => ({ where: () => ({ orderBy: () => ({ limit: () => afterMs(3_000).then(() => []) }) }) }),
    }),
  };
  const shards = {
    execute: () => {
      waits.push('shard');
      return new Promise(() => {});
    },
  };
  const stripe = { retrieveMarks: async () => null };
  const config = { portalUrl: 'https://portal.example' };
  const deps = { config, db, shards, stripe } as unknown as Deps;
  const work = settle(deps, refund, { via: 'stripe' });
  expect(await givenUpAt(5_500, work)).toEqual([false, true]);
  await expect(work).rejects.toMatchObject({ code: 'log_unavailable' });
  expect(waits).toEqual(['shard']);
});

test('a session that moves to another shard has no second deadline', async () => {
  const other = await createProposal((await createOrg()).id);
  const command = settlement(other);
  const calls: string[] = [];
  const shard = {
    executeAll: () => {
      calls.push('call');
      return calls.length === 1
        ? afterMs(3_000).then(() => [{ belongsTo: other.id + 1 }])
        : new Promise(() => {});
    },
  };
  const given = { ...bindings, LOG_SHARD: { getByName: () => shard } } as unknown as typeof bindings;
  const { shards } = new Deps(given, { waitUntil: () => {} });
  vi.useFakeTimers();
  expect(await givenUpAt(5_500, shards.execute(command))).toEqual([false, true]);
  expect(calls).toEqual(['call', 'call']);
});
