import { join } from 'node:path';
import { startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { mean, prepare, print, scrape } from './load.ts';

// How a scrape grows with the number of orgs. Each org has a view, an approval, a checkout and a payment.

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
print(`${name}, 4 shards`);
let smallest: number | undefined;
for (const orgs of [100, 1_000, 10_000]) {
  await fill(postgresUrl, orgs);
  const worker = await startBareWorker('src/index.ts', join(folder, String(orgs)), bindings);
  const folding = await firstScrape(worker.url);
  const all = [await scrape(worker.url), await scrape(worker.url), await scrape(worker.url)];
  const ms = mean(all.map((one) => one.ms));
  const bytes = all[0]?.bytes ?? 0;
  smallest ??= ms;
  print(
    `${orgs} orgs: ${(bytes / 1e6).toFixed(2)} MB, ${(bytes / orgs).toFixed(0)} bytes an org; ${ms.toFixed(0)} ms, ${(ms / smallest).toFixed(1)} times as long as with 100; folding the log took ${(folding / ms).toFixed(1)} times as long as a scrape`,
  );
  await worker.stop();
}

/** How long the shards take to fold the log, in milliseconds. Until then a scrape answers 503. */
async function firstScrape(url: string): Promise<number> {
  const start = performance.now();
  while (!(await scrape(url).catch(() => null)));
  return performance.now() - start;
}

/** Adds orgs up to this number, each with entries to count. */
function fill(url: string, count: number): Promise<void> {
  return withClient(url, async (client) => {
    const from = Number((await client.query('select coalesce(max(id), 0)::int as id from orgs')).rows[0].id);
    await client.query(
      `insert into orgs (id, name, currency) select n, 'Org', 'usd' from generate_series($1::int + 1, $2::int) as n`,
      [from, count],
    );
    await client.query(
      `insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash)
       select n, n, 'Bench', 'Bench', 'bench@example.com', '[]', 'usd', 1575000, '' from generate_series($1::int + 1, $2::int) as n`,
      [from, count],
    );
    await client.query(
      `insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
       select n, n, e.seq, e.event, 'stripe', e.meta::jsonb, e.event || ':' || n
       from generate_series($1::int + 1, $2::int) as n, (values
         (1, 'view', '{}'), (2, 'approve', '{"version":1}'),
         (3, 'checkout_created', '{"currency":"usd","dev_mode":true}'),
         (4, 'payment_success', '{"amount_cents":472500,"approved_at":"2026-11-23T00:00:00Z"}')) as e (seq, event, meta)`,
      [from, count],
    );
  });
}
