import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/domain/entry.ts';
import { SeriesText } from '../../src/log/series-text.ts';
import { Sums } from '../../src/log/sums.ts';
import type { MetricName } from '../../src/metrics/catalogue.ts';
import { renderSums, type SeriesBlock } from '../../src/metrics/exposition.ts';
import { bindings } from '../support/world.ts';

let objects = 0;

/** Runs on the storage of an object of its own. */
const withSums = (work: (sums: Sums, sql: SqlStorage) => void) => {
  objects += 1;
  const object = bindings.LOG_SHARD.getByName(`${objects}/101`);
  return runInDurableObject(object, (_, { storage: { sql } }) => work(new Sums(sql), sql));
};

const entry = (orgId: number, event: string, meta = {}) =>
  ({ orgId, event, actor: 'stripe', meta, createdAt: new Date(), proposalId: 7 }) as unknown as Entry;
const lead = (orgId: number) => entry(orgId, 'lead_created');
const payment = (orgId: number, cents: number) => entry(orgId, 'payment_success', { amount_cents: cents });

/** All series, read page by page. */
function readAll(text: SeriesText, others: readonly SeriesBlock[] = []) {
  const [series, pages]: [Map<string, string>, number[]] = [new Map(), []];
  for (let page = text.page(null, others); ; page = text.page(page.next, others)) {
    pages.push(add(series, page.blocks));
    if (!page.next) return { series, pages };
  }
}

/** Adds the series of blocks; fails if it has one of them already. Returns how many characters these are. */
function add(series: Map<string, string>, blocks: readonly SeriesBlock[]): number {
  let length = 0;
  for (const { metric, keys, texts } of blocks) {
    for (const [index, key] of keys.entries()) {
      expect(series.has(metric + key), `${metric}${key} twice`).toBe(false);
      series.set(metric + key, texts[index] ?? 'missing');
      length += texts[index]?.length ?? 0;
    }
  }
  return length;
}

function seriesOf(blocks: readonly SeriesBlock[]): Map<string, string> {
  const series = new Map<string, string>();
  add(series, blocks);
  return series;
}

test('pages hold every series once, in order, with its present value', async () => {
  await withSums((sums, sql) => {
    const text = new SeriesText(sql, { pageLength: 10_000 });
    const follow = (entries: Entry[]) => {
      sums.fold(entries);
      for (const { metric, labels } of sums.read()) text.change(metric, JSON.stringify(labels));
    };
    follow(Array.from({ length: 60 }, (_, index) => payment(1 + ((index * 7) % 90), 5_000 * index)));
    for (const more of [[], [payment(3, 1)], [lead(1), lead(1_000)], [payment(2_000, 472_500)]]) {
      follow(more);
      const { series, pages } = readAll(text);
      expect([...series]).toEqual([...seriesOf(renderSums(sums.read()))]);
      expect(pages.length).toBeGreaterThan(5);
      for (const length of pages) expect(length).toBeLessThan(10_000 + 2_000); // one series more
    }
  });
});

test('what was folded since the last scrape is rendered again, and nothing else', async () => {
  await withSums((sums, sql) => {
    sums.fold(Array.from({ length: 200 }, (_, index) => payment(1 + index, 100)));
    const scrape = () => {
      const exec = sql.exec.bind(sql);
      const cursors: { rowsRead: number }[] = [];
      sql.exec = ((query: string, ...values: unknown[]) => {
        const cursor = exec(query, ...values);
        cursors.push(cursor);
        return cursor;
      }) as typeof exec;
      const { series } = readAll(sums.text);
      sql.exec = exec;
      return { series, rows: cursors.reduce((rows, { rowsRead }) => rows + rowsRead, 0) };
    };
    expect(scrape().rows).toBeGreaterThan(200);
    expect(scrape().rows).toBe(0);
    sums.fold([lead(5)]); // a new series, and three that are started at zero, where they have five rows
    const { series, rows } = scrape();
    expect(rows).toBeLessThan(15);
    expect([...series]).toEqual([...seriesOf(renderSums(sums.read()))]);
  });
});

test('a fold that fails leaves no text of what was taken back', async () => {
  await withSums((sums, sql) => {
    sums.fold([payment(1, 100)]);
    const before = readAll(sums.text).series;
    const { exec } = sql;
    let writes = 0;
    sql.exec = ((query: string, ...values: unknown[]) => {
      if (query.startsWith('insert')) writes += 1;
      if (writes > 3) throw new Error('disk full');
      return exec.call(sql, query, ...values);
    }) as typeof exec;
    expect(() => sums.fold([payment(9, 100)])).toThrow('disk full');
    sql.exec = exec;
    sql.exec(`delete from sums where labels = '{"org_id":"9"}'`); // as the end of its transaction would
    expect(readAll(sums.text).series).toEqual(before);
  });
});

test('families that are not in the table stand at their place in the catalogue', async () => {
  await withSums((sums, sql) => {
    sums.fold([payment(1, 100), entry(1, 'payment_anomaly', { reason: 'wrong_amount' })]);
    const metric: MetricName = 'crm_portal_webhook_events_total';
    const text = new SeriesText(sql, { pageLength: 300 });
    const others = renderSums([{ metric, labels: { type: 'x', outcome: 'ignored' }, part: '', value: 2 }]);
    const read = [...readAll(text, others).series.keys()];
    const all = renderSums([
      ...sums.read(),
      { metric, labels: { type: 'x', outcome: 'ignored' }, part: '', value: 2 },
    ]);
    expect(read).toEqual([...seriesOf(all).keys()]);
  });
});

test('one org is read alone, and not those whose ids begin alike', async () => {
  await withSums((sums) => {
    sums.fold([1, 10, 12, 100, 2].flatMap((org) => [lead(org), payment(org, 100)]));
    sums.fold([
      entry(1, 'checkout_created', { currency: 'usd' }),
      entry(1, 'dispute_opened', { status: 'needs_response' }),
    ]);
    const ofOne = seriesOf(sums.text.ofOrg('1', []));
    const expected = seriesOf(renderSums(sums.read().filter(({ labels }) => labels.org_id === '1')));
    expect([...ofOne]).toEqual([...expected]);
    expect(ofOne.size).toBe(13);
    expect(sums.text.ofOrg('3', [])).toEqual([]);
  });
});
