import { sql } from 'drizzle-orm';
import { expect, inject, test } from 'vitest';
import { call } from '../support/api.ts';
import { metric } from '../support/metrics.ts';
import { bindings, createOrg, createProposal, db, eventsOf, paidEvent } from '../support/world.ts';

// Two transactions at once, which the embedded Postgres cannot have: these need TEST_DATABASE_URL.
const onServer = test.runIf(inject('isServer'));

/** Holds the lock of a proposal's shard for a while, as an append elsewhere would. */
async function holdLock(proposalId: number, seconds: number) {
  const lock = sql`select pg_advisory_xact_lock(8089, ${proposalId % 4})`;
  const held = { isReleased: false, released: Promise.resolve() };
  held.released = db.batch([db.execute(lock), db.execute(sql`select pg_sleep(${seconds})`)]).then(() => {
    held.isReleased = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  return held;
}

onServer('an append waits for its shard’s lock', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const held = await holdLock(proposal.id, 1);
  const answer = await call('POST /payments/webhook', { json: paidEvent(proposal) });
  expect([answer.status, held.isReleased]).toEqual([200, true]);
  expect(await metric(`crm_portal_payments_total{org_id="${org.label}"}`)).toBe(1);
});

onServer('so does a catch-up, since what it waits for may be committed', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const held = await holdLock(proposal.id, 1);
  await bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`).catchUp();
  expect(held.isReleased).toBe(true);
});

onServer('whoever waits too long for it is told to come again, and nothing is written later', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const held = await holdLock(proposal.id, 4.6);
  const answer = await call('POST /payments/webhook', { json: paidEvent(proposal) });
  expect(answer).toMatchObject({ status: 503, json: { code: 'log_unavailable' } });
  await held.released;
  await bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`).catchUp();
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});
