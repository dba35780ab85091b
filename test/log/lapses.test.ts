import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { initialProposal, type Proposal } from '../../src/domain/proposal.ts';
import { Lapses } from '../../src/log/lapses.ts';
import { terms } from '../support/given.ts';
import { bindings } from '../support/world.ts';

let objects = 0;

/** Runs on the storage of an object of its own. */
const withLapses = (work: (lapses: Lapses) => Promise<void>) => {
  objects += 1;
  const object = bindings.LOG_SHARD.getByName(`${objects}/101`);
  return runInDurableObject(object, (_, { storage }) => work(new Lapses(storage)));
};

/** An offer that runs out after a day in December. */
const offer = (id: number, part: Partial<Proposal> = {}): Proposal => ({
  ...initialProposal({ ...terms, id, validUntil: '2026-12-01' }),
  lifecycle: 'sent',
  ...part,
});

const load =
  (...proposals: Proposal[]) =>
  async () =>
    new Map(proposals.map((proposal) => [proposal.id, proposal]));

const expiredAt = (lapses: Lapses, time: string) =>
  lapses.gauges(new Date(time)).find(({ metric }) => metric === 'crm_portal_proposals_expired')?.value;

test('an offer counts from the day after its last one on, where its org is', async () => {
  await withLapses(async (lapses) => {
    const both = load(offer(7), offer(8, { timeZone: 'America/New_York' }));
    await lapses.note({ proposalIds: [7, 8], upTo: 3 }, both);
    expect(expiredAt(lapses, '2026-12-01T23:59:59Z')).toBe(0);
    expect(expiredAt(lapses, '2026-12-02T00:00:00Z')).toBe(1);
    expect(expiredAt(lapses, '2026-12-02T05:00:00Z')).toBe(2);
    await lapses.note({ proposalIds: [7], upTo: 4 }, load(offer(7, { lifecycle: 'void' })));
    expect([lapses.position, expiredAt(lapses, '2026-12-02T05:00:00Z')]).toEqual([4, 1]);
  });
});

test('where a read fails the position stays, and the next one does it again', async () => {
  await withLapses(async (lapses) => {
    const changes = { proposalIds: [7], upTo: 9 };
    const failing = () => Promise.reject(new Error('no answer'));
    await expect(lapses.note(changes, failing)).rejects.toThrow('no answer');
    expect(lapses.position).toBe(0);
    await lapses.note(changes, load(offer(7)));
    await lapses.note(changes, load(offer(7)));
    expect([lapses.position, expiredAt(lapses, '2026-12-02T05:00:00Z')]).toEqual([9, 1]);
  });
});

test('many are looked up two hundred at a time; a proposal that is gone holds up no other', async () => {
  await withLapses(async (lapses) => {
    const proposalIds = Array.from({ length: 450 }, (_, index) => index + 1);
    const batches: number[] = [];
    await lapses.note({ proposalIds, upTo: 450 }, async (ids) => {
      batches.push(ids.length);
      return new Map([[450, offer(450)]]);
    });
    expect(batches).toEqual([200, 200, 50]);
    expect(expiredAt(lapses, '2026-12-02T05:00:00Z')).toBe(1);
  });
});
