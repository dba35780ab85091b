import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { proposalSnapshots } from '../../src/db/schema.ts';
import { foldVersion } from '../../src/domain/snapshot.ts';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';
import { createOrg, createProposal, db, entriesOf, eventsOf, paidEvent } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

type Made = Awaited<ReturnType<typeof makeProposal>>;

/** A proposal of an org of its own, with the token of its admin. */
async function makeProposal() {
  const org = await createOrg();
  return { ...(await createProposal(org.id)), staffToken: org.token };
}

/** Adds checkouts that expired to the log, two entries each. The proposal has one entry before. */
async function addAttempts(proposal: Made, count: number): Promise<void> {
  await db.execute(sql`
    insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
    select ${proposal.orgId}::bigint, ${proposal.id}::bigint, 2 * n + part, event, 'stripe', json_build_object(
        'session_id', 'cs_' || ${proposal.id} || '_' || n, 'deposit_cents', 472500, 'total_cents', 1575000,
        'currency', 'usd', 'version', 1, 'expires_at', '2026-11-24T12:00:00Z', 'dev_mode', false,
        'url', 'https://checkout.stripe.test/' || repeat('x', 200)),
      event || ':cs_' || ${proposal.id} || '_' || n
    from generate_series(1, ${count}::int) as n, (values (0, 'checkout_created'), (1, 'checkout_expired')) as e (part, event)
    order by 3`);
}

const snapshotOf = async (proposal: Made) =>
  (await db.select().from(proposalSnapshots).where(sql`proposal_id = ${proposal.id}`))[0];

/** Reads the proposal. Returns its answer and the bytes of the database's. */
async function read(proposal: Made) {
  let bytes = 0;
  const spy = onDatabase(async (send) => {
    const response = await send();
    bytes += (await response.clone().arrayBuffer()).byteLength;
    return response;
  });
  const answer = await call(`GET /proposals/${proposal.id}`, { token: proposal.staffToken });
  spy.mockRestore();
  expect(answer.status).toBe(200);
  return { json: answer.json, bytes };
}

describe('a long history', () => {
  test('is read from a snapshot, which a read or a command leaves behind', async () => {
    const [short, long, other] = [await makeProposal(), await makeProposal(), await makeProposal()];
    await addAttempts(short, 10);
    await addAttempts(long, 1_000);
    await addAttempts(other, 1_000);

    const whole = await read(long);
    expect((await snapshotOf(long))?.seq).toBe(2_001);
    const again = await read(long);
    expect(again.json).toEqual(whole.json);
    expect(again.bytes).toBeLessThan(2 * (await read(short)).bytes);
    expect(whole.bytes).toBeGreaterThan(50 * again.bytes);
    expect(await snapshotOf(short)).toBeUndefined();

    await call('POST /payments/webhook', { json: paidEvent(other) });
    await expect.poll(async () => (await snapshotOf(other))?.seq).toBe(2_001); // saved after the answer
    expect((await read(other)).json.status).toBe('deposit_paid');
  });

  test('keeps its snapshot as it grows, and folds only what came since', async () => {
    const proposal = await makeProposal();
    await addAttempts(proposal, 60);
    await read(proposal);
    expect((await snapshotOf(proposal))?.seq).toBe(121);
    await call('POST /payments/webhook', { json: paidEvent(proposal) });
    expect((await snapshotOf(proposal))?.seq).toBe(121);
    expect((await read(proposal)).json).toMatchObject({ status: 'deposit_paid', deposit_status: 'paid' });
    expect((await entriesOf(proposal.id)).at(-1)).toMatchObject({ event: 'payment_success', seq: 122 });
  });

  test('is folded whole where the snapshot is of another version, which a newer one replaces', async () => {
    const proposal = await makeProposal();
    await addAttempts(proposal, 60);
    const { json } = await read(proposal);
    const wrong = { foldVersion: foldVersion + 1, seq: 1_000_000, state: sql`'{"status":"void"}'` };
    await db.update(proposalSnapshots).set(wrong).where(sql`proposal_id = ${proposal.id}`);
    expect((await read(proposal)).json).toEqual(json);
    expect(await snapshotOf(proposal)).toMatchObject({
      foldVersion,
      seq: 121,
      state: { lifecycle: 'approved' },
    });
  });

  test('takes news of a session that its snapshot forgot as ever', async () => {
    const proposal = await makeProposal();
    await addAttempts(proposal, 60);
    await read(proposal);
    const id = `cs_${proposal.id}_3`;
    const expired = paidEvent(
      proposal,
      { id, payment_status: 'unpaid' },
      { type: 'checkout.session.expired' },
    );
    expect((await call('POST /payments/webhook', { json: expired })).status).toBe(200);
    expect(await eventsOf(proposal.id)).toHaveLength(121);
    const shown = await call(`GET /payments/sessions/${id}`, { token: proposal.token });
    expect(shown.json).toMatchObject({ status: 'expired', deposit_cents: 472_500 });

    const elsewhere = await createProposal(proposal.orgId); // its metadata names another proposal
    const paid = paidEvent(elsewhere, { id, amount_total: 5 });
    expect((await call('POST /payments/webhook', { json: paid })).status).toBe(200);
    expect((await eventsOf(proposal.id)).slice(121)).toEqual(['payment_success', 'payment_anomaly']);
    expect(await eventsOf(elsewhere.id)).toEqual(['approve']);
  });

  test('is read although its snapshot cannot be saved', async () => {
    const proposal = await makeProposal();
    await addAttempts(proposal, 60);
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onDatabase((send, body) =>
      body.includes('insert into \\"proposal_snapshots') ? Promise.reject(new TypeError('lost')) : send(),
    );
    expect((await call(`GET /proposals/${proposal.id}`, { token: proposal.staffToken })).status).toBe(200);
    expect(logged.mock.calls.flat().join()).toContain('not saved');
    expect(await snapshotOf(proposal)).toBeUndefined();
  });
});
