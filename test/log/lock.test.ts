import { sql } from 'drizzle-orm';
import { expect, inject, test } from 'vitest';
import { bindings, createOrg, createProposal, db, eventsOf, settlement } from '../support/world.ts';

// Two transactions at once, which the embedded Postgres cannot have: these need TEST_DATABASE_URL.
const onServer = test.runIf(inject('isServer'));

/** A shard of its own, so that no other test waits for its lock. */
const index = 9;
const shard = bindings.LOG_SHARD.getByName(`${index}/10`);
const ownProposal = async () =>
  createProposal((await createOrg()).id, 'approved', Math.floor(Math.random() * 1e9) * 10 + index);

/** Holds the shard's lock for a while, as a concurrent append would. */
async function holdLock(seconds: number) {
  const lock = sql`select pg_advisory_xact_lock(8089, ${index})`;
  const held = { isReleased: false, released: Promise.resolve() };
  held.released = db.batch([db.execute(lock), db.execute(sql`select pg_sleep(${seconds})`)]).then(() => {
    held.isReleased = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  return held;
}

onServer('an append waits for its shard’s lock', async () => {
  const proposal = await ownProposal();
  const held = await holdLock(1);
  expect(await shard.execute(settlement(proposal))).toMatchObject({ outcome: 'recorded' });
  expect(held.isReleased).toBe(true);
});

onServer('so does a catch-up, since what it waits for may be committed', async () => {
  const held = await holdLock(1);
  await shard.catchUp();
  expect(held.isReleased).toBe(true);
});

onServer('an append that waits too long for the lock is a 503, and nothing is written later', async () => {
  const proposal = await ownProposal();
  const held = await holdLock(4.6);
  expect(await shard.execute(settlement(proposal))).toMatchObject({ rejected: 'log_unavailable' });
  await held.released;
  await shard.catchUp();
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});
