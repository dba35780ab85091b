import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/domain/entry.ts';
import { Projections } from '../../src/log/projections.ts';
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

/** Runs on the storage of an object of its own. */
const withStorage = (name: string, work: (storage: DurableObjectStorage) => void) =>
  runInDurableObject(bindings.LOG_SHARD.getByName(name), (_, { storage }) => work(storage));

test('a shard has no more series than it may have, counts what it leaves out, and goes on with those it has', async () => {
  await withStorage('90/100', (storage) => {
    // Four series an org: the lead itself, and three that are begun.
    const projections = new Projections(storage, 8);
    const entries = [lead(1, 1), lead(2, 2), lead(3, 3), lead(4, 1)];
    projections.fold({ entries, upTo: 4, isLast: true }, 0);
    const sums = projections.sums();
    const leads = sums.filter(({ metric }) => metric === 'crm_leads_created_total');
    expect(leads.map(({ labels, value }) => [labels.org_id, value])).toEqual([
      ['1', 2],
      ['2', 1],
    ]);
    expect(sums.find(({ metric }) => metric === 'crm_portal_series_dropped_total')?.value).toBe(4);
    projections.reset();
    projections.fold({ entries, upTo: 4, isLast: true }, 0);
    expect(projections.sums()).toEqual(sums);
  });
});

test('the watermark moves past what is others’, and never back', async () => {
  await withStorage('91/100', (storage) => {
    const projections = new Projections(storage);
    projections.fold({ entries: [lead(5, 1)], upTo: 900, isLast: true }, 0);
    expect(projections.watermark).toBe(900);
    projections.fold({ entries: [lead(5, 1)], upTo: 5, isLast: true }, 0);
    expect(projections.watermark).toBe(900);
    expect(projections.sums().find(({ metric }) => metric === 'crm_leads_created_total')?.value).toBe(1);
  });
});

test('a lead, an approval, a checkout and a payment write so many rows in the shard, as docs/scaling.md says', async () => {
  await withStorage('92/100', (storage) => {
    const projections = new Projections(storage);
    const written = { rows: 0 };
    const exec = storage.sql.exec.bind(storage.sql);
    storage.sql.exec = ((query: string, ...values: unknown[]) => {
      const cursor = exec(query, ...values);
      written.rows += cursor.rowsWritten;
      return cursor;
    }) as typeof exec;
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
      projections.fold({ entries: [one], upTo: one.id, isLast: true }, 0);
      return written.rows;
    });
    expect(rows).toEqual([
      4 + 1, // its sum and three that are begun; the watermark, as with all of them
      4 + 1,
      2 + 3 + 1, // two sums; the open session and its two index rows
      7 + 1 + 1, // one, two and two sums, and two that are begun; the session that is closed
    ]);
  });
});
