import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { activityLog, proposals } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { append, createOrg, createProposal, db } from '../support/world.ts';

// What a customer has seen is what they last viewed or approved, and a revision has replaced since.

async function setUp() {
  const org = await createOrg();
  const proposal = await createProposal(org.id, 'draft');
  const path = `/proposals/${proposal.id}`;
  return {
    proposal,
    read: async () => (await call(`GET ${path}`, { token: proposal.token })).json,
    view: () => call(`POST ${path}/view`, { token: proposal.token }),
    revise: (json: object) => call(`PATCH ${path}`, { token: org.token, json }),
    approve: (version: number) =>
      call(`POST ${path}/approve`, { token: proposal.token, json: { name: 'Ada Lovelace', version } }),
  };
}

test('a proposal that was never viewed, or not revised since, says nothing of it', async () => {
  const { read, view, revise } = await setUp();
  expect(await read()).not.toHaveProperty('last_seen');
  await revise({ title: 'Second' });
  expect(await read()).not.toHaveProperty('last_seen');
  await view();
  expect(await read()).not.toHaveProperty('last_seen');
});

test('after a view and two revisions it is the version that was viewed', async () => {
  const { read, view, revise } = await setUp();
  await revise({ title: 'Second', terms: 'Thirty days', discount_percent: 10, deposit: { percent: 40 } });
  await view();
  await revise({ title: 'Third', discount_percent: null });
  await revise({ title: 'Fourth' });
  const { version, last_seen: seen } = await read();
  expect([version, seen]).toEqual([
    4,
    {
      version: 2,
      title: 'Second',
      line_items: [{ description: 'Kitchen', quantity: 1, unit_price_cents: 1_575_000 }],
      discount_percent: 10,
      discount_cents: null,
      total_cents: 1_417_500,
      schedule: [
        { label: 'Deposit', amount_cents: 567_000, due: 'approval' },
        { label: 'Balance', amount_cents: 850_500, due: 'request' },
      ],
      valid_until: null,
      terms: 'Thirty days',
    },
  ]);
});

test('an approval counts as a view', async () => {
  const { read, revise, approve } = await setUp();
  await approve(1);
  await revise({ title: 'Second' });
  expect((await read()).last_seen).toMatchObject({ version: 1, title: 'Kitchen' });
  await approve(2);
  expect(await read()).not.toHaveProperty('last_seen');
});

test('what a release that knew no schedule replaced is shown without one', async () => {
  const { proposal, read } = await setUp();
  await append({ kind: 'view', proposalId: proposal.id, actor: proposal.customer });
  const line_items = [{ description: 'Kitchen', quantity: 1, unit_price_cents: 100_000 }];
  const replaced = { title: 'Before', line_items, total_cents: 100_000 };
  const meta = { ...replaced, title: 'After', version: 2, content_hash: 'hash', replaced, user_id: 1 };
  await db.insert(activityLog).values({
    orgId: proposal.orgId,
    proposalId: proposal.id,
    seq: 2,
    event: 'revised',
    actor: 'staff',
    meta,
    dedupeKey: `revised:${proposal.id}:v2`,
  });
  await db.update(proposals).set({ version: 2 }).where(eq(proposals.id, proposal.id));
  expect((await read()).last_seen).toMatchObject({
    version: 1,
    title: 'Before',
    schedule: null,
    terms: null,
  });
});
