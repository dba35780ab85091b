import { expect, test } from 'vitest';
import type { Rejection } from '../../src/domain/decision.ts';
import type { Command, Result } from '../../src/log/command.ts';
import type { SeriesFrom, SeriesPage } from '../../src/log/series-text.ts';
import { countOn, decodeResult, encodeCommand, executeAll, seriesOf } from '../../src/log/wire.ts';
import type { Sum } from '../../src/metrics/catalogue.ts';
import { metric } from '../support/metrics.ts';
import { bindings, createOrg, createProposal, eventsOf, settlement } from '../support/world.ts';

// During a roll-out a Worker and a shard may be of two versions. What the version before says is spelled out here.

test('a shard records what a Worker of the version before sends', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const { observation: told, via: teller, ...command } = settlement(proposal);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const result = await shard.execute({ ...command, told, teller } as unknown as Command);
  expect(result).toMatchObject({ outcome: 'recorded' });
  expect(await eventsOf(proposal.id)).toEqual(['approve', 'payment_success']);
});

test('a Worker of the version before can read what a shard answers', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const command = settlement(proposal);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const result = await shard.execute(command);
  const { sessionId } = command.observation as { sessionId: string };
  expect(result).toMatchObject({ proposal: { outcomes: new Map([[sessionId, 'paid']]) } });
});

test('a shard of the version before can read what a Worker sends, and the Worker what it answers', async () => {
  const command = settlement({ id: 7, orgId: 1 });
  expect(encodeCommand(command)).toMatchObject({ told: command.observation, teller: 'stripe' });
  const outcomes = new Map([['cs_1', 'paid']]);
  const checkouts = ['cs_1', 'cs_2'].map((sessionId) => ({
    ...{
      sessionId,
      version: 1,
      devMode: false,
      depositCents: 472_500,
      totalCents: 1_575_000,
      currency: 'usd',
    },
  }));
  const payments = [{ sessionId: 'cs_1', amountCents: 472_500, currency: 'usd', paymentIntent: 'pi_1' }];
  const proposal = {
    ...{ id: 7, version: 1, totalCents: 1_575_000, currency: 'usd', createdAt: new Date() },
    ...{
      status: 'deposit_paid',
      depositPercent: 30,
      approval: null,
      refunds: new Map(),
      disputes: new Map(),
    },
  };
  const old = { ...proposal, checkouts, payments, outcomes };
  expect(decodeResult({ outcome: 'recorded', proposal: old } as never)).toMatchObject({
    outcome: 'recorded',
    proposalId: 7,
    obsoleteSessionIds: ['cs_2'], // the deposit is paid
    proposal: { lifecycle: 'approved', sessionStatuses: outcomes, forgottenSessions: 0 },
  });
});

test('a Worker of the version before reads a status and a percentage that it knows', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const results = await shard.executeAll([settlement(proposal)]);
  expect(results).toMatchObject([{ proposal: { status: 'deposit_paid', depositPercent: 30 } }]);
});

test('a Worker sends one by one what a shard of the version before takes only so', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const shard = bindings.LOG_SHARD.getByName(`${proposal.id % 4}/4`);
  const before = {
    execute: async (command: Command): Promise<Result> => shard.execute(command),
    // What a call of a method that an object lacks comes to in this runtime.
    executeAll: (commands: readonly Command[]) =>
      (shard as unknown as { unheardOf(commands: readonly Command[]): Promise<Result[]> }).unheardOf(
        commands,
      ),
  };
  const commands = [settlement(proposal), settlement(proposal)];
  const results = await executeAll(before, commands);
  expect(results.map((result) => 'outcome' in result && result.outcome)).toEqual(['recorded', 'recorded']);
});

/** All pages as one: other tests may have filled the shard with more orgs than a page takes. */
async function allPagesOf(shard: Parameters<typeof seriesOf>[0], from: SeriesFrom): Promise<SeriesPage> {
  const page = await seriesOf(shard, from);
  if ('rejected' in page) throw new Error(page.detail);
  if (!page.next) return page;
  const { next } = page;
  const { blocks } = await allPagesOf(shard, next);
  const [first, ...others] = blocks;
  const last = page.blocks.at(-1);
  if (!first || last?.metric !== first.metric) return { blocks: [...page.blocks, ...blocks], next: null };
  const joined = { ...last, keys: [...last.keys, ...first.keys], texts: [...last.texts, ...first.texts] };
  return { blocks: [...page.blocks.slice(0, -1), joined, ...others], next: null };
}

test('a Worker reads all series at once from a shard of the version before', async () => {
  const orgs = [await createOrg(), await createOrg()];
  const shard = bindings.LOG_SHARD.getByName('0/4');
  for (const { id } of orgs) {
    let proposal = await createProposal(id);
    while (proposal.id % 4 !== 0) proposal = await createProposal(id);
    await shard.execute(settlement(proposal));
  }
  const before = {
    sums: async (): Promise<{ sums: Sum[] } | Rejection> => shard.sums(),
    series: () => (shard as unknown as { unheardOf(): Promise<SeriesPage> }).unheardOf(),
  };
  const now = {
    ...before,
    series: async (from: SeriesFrom): Promise<SeriesPage | Rejection> => shard.series(from),
  };
  for (const from of [null, { orgId: orgs[1]?.label ?? '' }]) {
    const all = await allPagesOf(now, from);
    expect(await seriesOf(before, from)).toEqual(all);
    expect(all.blocks.length).toBeGreaterThan(3);
  }
});

test('a shard of the version before counts the webhook events alone, as it knows them', async () => {
  const shard = bindings.LOG_SHARD.getByName('0/4');
  const taken: unknown[] = [];
  const before = {
    count: () => (shard as unknown as { unheardOf(): Promise<void> }).unheardOf(),
    tally: async (tallies: unknown) => void taken.push(tallies),
  };
  const labels = { type: 'other', outcome: 'ignored' };
  const posted: Sum = { metric: 'crm_portal_webhook_events_total', labels, part: '', value: 3 };
  const other: Sum = { ...posted, metric: 'crm_portal_requests_total' };
  await countOn(before, [other, posted]);
  expect(taken).toEqual([[{ labels, count: 3 }]]);
});

test('a shard counts what a Worker of the version before counts', async () => {
  const shard = bindings.LOG_SHARD.getByName('0/4');
  const labels = { type: 'of the version before', outcome: 'ignored' };
  await shard.tally([{ labels, count: 2 }]);
  const series = `crm_portal_webhook_events_total{type="${labels.type}",outcome="ignored"}`;
  expect(await metric(series)).toBe(2);
});

test('any other failure of a call is passed on', async () => {
  const failing = {
    execute: () => Promise.reject(new Error('It was asked again.')),
    executeAll: () => Promise.reject(new TypeError('Network connection lost.')),
  };
  await expect(executeAll(failing, [settlement({ id: 7, orgId: 1 })])).rejects.toThrow(
    'Network connection lost.',
  );
});
