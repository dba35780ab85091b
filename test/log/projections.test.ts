import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/entry.ts';
import type { Segment } from '../../src/log/append.ts';
import { OpenCheckouts } from '../../src/log/open-checkouts.ts';
import { type Projection, Projections } from '../../src/log/projections.ts';
import { Sums } from '../../src/log/sums.ts';
import { bindings } from '../support/world.ts';

const lead = (id: number, orgId: number) =>
  ({
    id,
    orgId,
    event: 'lead_created',
    actor: 'staff',
    meta: {},
    createdAt: new Date(),
    proposalId: null,
  }) as unknown as Entry;

const segment = (upTo: number, ...entries: Entry[]): Segment => ({ entries, upTo, isLast: true });

let objects = 0;

/** Runs on the storage of an object of its own. */
const withStorage = (work: (storage: DurableObjectStorage) => void) => {
  objects += 1;
  const object = bindings.LOG_SHARD.getByName(`${objects}/100`);
  return runInDurableObject(object, (_, { storage }) => work(storage));
};

/** The projections of a shard, as it makes them. */
function open(storage: DurableObjectStorage, seriesLimit?: number) {
  const sums = new Sums(storage.sql, seriesLimit ? { seriesLimit } : {});
  const openCheckouts = new OpenCheckouts(storage.sql);
  return { sums, openCheckouts, projections: new Projections(storage, [sums, openCheckouts]) };
}

const leadsOf = (sums: Sums) => sums.read().find(({ metric }) => metric === 'crm_leads_created_total')?.value;

/** A projection that remembers which entries it has folded. */
function memory(name: string, version = 1): Projection & { readonly ids: number[] } {
  const ids: number[] = [];
  return {
    ...{ name, version, ids },
    fold: (entries) => void ids.push(...entries.map(({ id }) => id)),
    clear: () => void ids.splice(0),
  };
}

describe('a projection', () => {
  test('of another version is folded again, and no other is', async () => {
    await withStorage((storage) => {
      const [one, two] = [memory('one'), memory('two')];
      const before = new Projections(storage, [one, two]);
      before.fold(segment(9, lead(5, 1)), 0);
      const changed = memory('two', 2);
      const after = new Projections(storage, [one, changed]);
      expect(after.checkpoint).toBe(0);
      after.fold(segment(12, lead(5, 1), lead(11, 1)), 0);
      expect([one.ids, changed.ids, after.checkpoint]).toEqual([[5, 11], [5, 11], 12]);
    });
  });

  test('is new in a shard that has others, and catches up alone', async () => {
    await withStorage((storage) => {
      const [one, added] = [memory('one'), memory('added')];
      new Projections(storage, [one]).fold(segment(9, lead(5, 1)), 0);
      const both = new Projections(storage, [one, added]);
      both.fold(segment(9, lead(5, 1)), 0);
      expect([one.ids, added.ids]).toEqual([[5], [5]]);
    });
  });

  test('does not take a segment that was read before it was reset', async () => {
    await withStorage((storage) => {
      const one = memory('one');
      const projections = new Projections(storage, [one]);
      projections.fold(segment(9, lead(5, 1)), 0);
      projections.reset();
      expect(projections.fold(segment(12, lead(11, 1)), 9)).toBe(false);
      expect([one.ids, projections.checkpoint]).toEqual([[], 0]);
    });
  });

  test('whose fold throws keeps its checkpoint', async () => {
    await withStorage((storage) => {
      const broken: Projection = {
        ...memory('one'),
        fold: () => {
          throw new Error('The fold is broken.');
        },
      };
      const projections = new Projections(storage, [broken]);
      expect(() => projections.fold(segment(9, lead(5, 1)), 0)).toThrow('The fold is broken.');
      expect(projections.checkpoint).toBe(0);
    });
  });
});

describe('a checkpoint', () => {
  test('moves past entries of other shards, and never back', async () => {
    await withStorage((storage) => {
      const { projections, sums } = open(storage);
      projections.fold(segment(900, lead(5, 1)), 0);
      expect(projections.checkpoint).toBe(900);
      projections.fold(segment(5, lead(5, 1)), 0);
      expect(projections.checkpoint).toBe(900);
      expect(leadsOf(sums)).toBe(1);
    });
  });
});

describe('the version before named projections', () => {
  /** What it leaves in the storage: its tables, its watermark and its mark. */
  function leaveBehind(storage: DurableObjectStorage, foldVersion: number, watermark: number) {
    storage.sql.exec(`create table if not exists watermark (one integer primary key check (one = 1), id integer not null);
      insert or replace into watermark values (1, ${watermark});
      delete from sums; insert into sums values ('crm_leads_created_total', '{"org_id":"1"}', '', 3);`);
    storage.kv.put('fold_version', foldVersion);
  }

  test('is folded again, once', async () => {
    await withStorage((storage) => {
      leaveBehind(storage, 3, 40);
      const { projections, sums } = open(storage);
      expect([projections.checkpoint, leadsOf(sums)]).toEqual([0, undefined]);
      projections.fold(segment(41, lead(41, 1)), 0);
      const again = open(storage);
      expect([again.projections.checkpoint, leadsOf(again.sums)]).toEqual([41, 1]);
    });
  });

  test('finds a mark that has it start over', async () => {
    await withStorage((storage) => {
      leaveBehind(storage, 3, 40);
      open(storage);
      expect(storage.kv.get('fold_version')).not.toBe(3); // it resets both tables where this is not 3
    });
  });

  test('is folded again after it was rolled back to', async () => {
    await withStorage((storage) => {
      open(storage).projections.fold(segment(70, lead(70, 1)), 0);
      leaveBehind(storage, 2, 60);
      const { projections, sums } = open(storage);
      expect([projections.checkpoint, leadsOf(sums)]).toEqual([0, undefined]);
    });
  });
});

test('a shard keeps to its limit of series, counts what it drops, and goes on with the series it has', async () => {
  await withStorage((storage) => {
    // Four series an org: the lead itself, and three that are started at zero.
    const { projections, sums } = open(storage, 8);
    const entries = [lead(1, 1), lead(2, 2), lead(3, 3), lead(4, 1)];
    projections.fold(segment(4, ...entries), 0);
    const before = sums.read();
    const leads = before.filter(({ metric }) => metric === 'crm_leads_created_total');
    expect(leads.map(({ labels, value }) => [labels.org_id, value])).toEqual([
      ['1', 2],
      ['2', 1],
    ]);
    expect(before.find(({ metric }) => metric === 'crm_portal_series_dropped_total')?.value).toBe(4);
    projections.reset();
    projections.fold(segment(4, ...entries), 0);
    expect(sums.read()).toEqual(before);
  });
});

test('entries that are folded together write each sum once', async () => {
  await withStorage((storage) => {
    const { projections } = open(storage);
    const written = countRows(storage);
    projections.fold(segment(64, ...Array.from({ length: 64 }, (_, index) => lead(index + 1, 1))), 0);
    expect(written.rows).toBe(4 + 2); // the sum of leads and three that are started; two checkpoints
  });
});

/** Counts the rows that are written from now on. */
function countRows(storage: DurableObjectStorage): { rows: number } {
  const written = { rows: 0 };
  const exec = storage.sql.exec.bind(storage.sql);
  storage.sql.exec = ((query: string, ...values: unknown[]) => {
    const cursor = exec(query, ...values);
    written.rows += cursor.rowsWritten;
    return cursor;
  }) as typeof exec;
  return written;
}

test('a lead, an approval, a checkout and a payment write as many rows in the shard as docs/scaling.md says', async () => {
  await withStorage((storage) => {
    const { projections } = open(storage);
    const written = countRows(storage);
    const entry = (event: string, meta: object, id: number) =>
      ({
        ...lead(id, 1),
        event,
        meta,
        proposalId: 7,
        createdAt: new Date('2026-11-23T12:00:00Z'),
      }) as unknown as Entry;
    const checkout = {
      session_id: 'cs_1',
      currency: 'usd',
      dev_mode: false,
      expires_at: '2026-11-24T12:00:00Z',
    };
    const paid = { stripe_session_id: 'cs_1', amount_cents: 1, approved_at: '2026-11-23T11:00:00Z' };
    const rows = [
      lead(1, 1),
      entry('approve', {}, 2),
      entry('checkout_created', checkout, 3),
      entry('payment_success', paid, 4),
    ].map((one) => {
      written.rows = 0;
      projections.fold(segment(one.id, one), 0);
      return written.rows;
    });
    const checkpoints = 2; // one a projection
    expect(rows).toEqual([
      4 + checkpoints, // its sum and three that are started
      4 + checkpoints, // its sum and three that are started; what the lead has started is not written again
      3 + 3 + checkpoints, // two sums and one that is started; the open session and its two index rows
      12 + 1 + checkpoints, // 1, 2, 2, 2 and 1 sums, and four that are started; the session that is closed
    ]);
  });
});
