import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { app } from '../../src/app.ts';
import type { Bindings } from '../../src/config.ts';
import type { SeriesFrom, SeriesPage } from '../../src/log/series-text.ts';
import type { MetricName } from '../../src/metrics/catalogue.ts';
import { call } from '../support/api.ts';

// What a scrape asks of the shards, and what it does when one of them fails. The shards are made up here.

const shardCount = 4;
const pages = 50;
const metric: MetricName = 'crm_portal_payments_total';

/** Shards that have this many pages of 100 KB each, of one series. `pageOf` answers in their place. */
function shards(pageOf: (position: number, index: number) => SeriesPage | Error) {
  const asked: string[] = [];
  const stub = (name: string) => ({
    series: async (from: SeriesFrom) => {
      const position = from && 'key' in from ? Number(from.key) : 0;
      asked.push(`${name} ${position}`);
      const page = pageOf(position, Number(name.split('/')[0]));
      if (page instanceof Error) throw page;
      return page;
    },
  });
  const bindings = { LOG_SHARD: { getByName: stub } as unknown as Bindings['LOG_SHARD'] };
  return { asked, bindings };
}

const bigPage = (position: number): SeriesPage => {
  const key = String(position + 1).padStart(3, '0');
  const text = `${metric}{org_id="${key}",padding="${'x'.repeat(100_000)}"} 1.0\n`;
  const next = position + 1 < pages ? { metric, key } : null;
  return { blocks: [{ metric, keys: [key], texts: [text] }], next };
};

async function scrape(bindings: Partial<Bindings>) {
  const context = createExecutionContext();
  const given = { ...env, ...bindings } as Bindings;
  return app.fetch(new Request('https://api.test/metrics'), given, context);
}

test('a client that does not read makes the Worker hold a few pages, however many there are', async () => {
  const { asked, bindings } = shards(bigPage);
  const response = await scrape(bindings);
  const reader = response.body?.getReader();
  await reader?.read();
  await new Promise((later) => setTimeout(later, 100));
  // A chunk of 256 KB is made of three of these pages, the next one waits, and each shard is asked one page ahead.
  expect(asked.length).toBeLessThanOrEqual(shardCount * 7);
  expect(asked.length).toBeLessThan((shardCount * pages) / 4);
  await reader?.cancel();
});

test('a shard that fails before the first page is a 503', async () => {
  const { bindings } = shards((position, index) => (index === 2 ? new Error('It fails') : bigPage(position)));
  expect(await call('GET /metrics', { bindings })).toMatchObject({
    status: 503,
    json: { code: 'log_unavailable' },
  });
});

test('a shard that fails later breaks the answer off: it is never a part that looks whole', async () => {
  const { bindings } = shards((position, index) =>
    index === 2 && position === 20 ? new Error('It fails') : bigPage(position),
  );
  const response = await scrape(bindings);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('The activity log cannot be reached');
});

test('each page of each shard is asked for once', async () => {
  const { asked, bindings } = shards(bigPage);
  const text = await (await scrape(bindings)).text();
  expect(asked).toHaveLength(shardCount * pages);
  expect(new Set(asked).size).toBe(shardCount * pages);
  // Each has the same series.
  expect(text.match(/^crm_portal_payments_total.* 4\.0$/gm)).toHaveLength(pages);
});

test('a family of a newer shard that this Worker does not know hides none behind it', async () => {
  const block = (name: string) => ({ metric: name as MetricName, keys: ['{}'], texts: [`${name} 1.0\n`] });
  const known = ['crm_portal_unattributed_events', 'crm_portal_log_queue_depth'] as const;
  const blocks = [block(known[0]), block('crm_portal_of_next_year'), block(known[1])];
  const { bindings } = shards(() => ({ blocks, next: null }));
  const text = await (await scrape(bindings)).text();
  for (const name of known) expect(text).toContain(`\n${name} ${shardCount}.0\n`);
  expect(text).not.toContain('of_next_year');
});
