import { join } from 'node:path';
import { type BareWorker, startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { unpack } from '../test/support/version.ts';
import { median, prepare, print, type Scrape, scrape } from './load.ts';

// How a scrape grows with the number of orgs, and with UPGRADE_FROM (a commit) how it compares with that version's, which
// must have the same bytes. Each org has a view, an approval, a checkout and a payment, in one shard; 1,000 of them
// then have the same in each of the four, so that their series are added up.

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
const commit = process.env.UPGRADE_FROM;
const checkouts = { now: '.', ...(commit === undefined ? {} : { before: unpack(commit, folder) }) };
print(
  `${name}, 4 shards${commit === undefined ? '' : `, beside ${commit}`}; medians of 5 scrapes, compressed`,
);
let smallest: number | undefined;
for (const orgs of [100, 1_000, 10_000]) {
  await fill(postgresUrl, 1, orgs);
  const ms = await compare(`${orgs} orgs`, orgs);
  smallest ??= ms;
  print(`    ${(ms / smallest).toFixed(1)} times as long as with 100`);
  if (orgs !== 1_000) continue;
  for (const shard of [2, 3, 4]) await fill(postgresUrl, shard, orgs);
  await compare(`${orgs} orgs, each in every shard`, orgs);
}

/** Scrapes each version in turn. Returns the time of a scrape of ours. */
async function compare(title: string, orgs: number): Promise<number> {
  const versions = [];
  for (const [version, checkout] of Object.entries(checkouts)) {
    const worker = await startBareWorker('src/index.ts', join(folder, version, title), bindings, checkout);
    const foldingMs = await firstScrape(worker);
    versions.push({ worker, foldingMs, scrapes: [] as Scrape[], memory: worker.memory() });
  }
  for (let round = 0; round < 5; round += 1) {
    for (const { worker, scrapes } of versions) scrapes.push(await scrape(worker.url));
  }
  const figures = versions.map(({ worker, foldingMs, scrapes, memory }) => ({
    foldingMs,
    ms: median(scrapes.map(({ ms }) => ms)),
    text: scrapes.at(-1)?.text ?? '',
    before: memory.now,
    peak: worker.memory().peak,
  }));
  for (const { worker } of versions) await worker.stop();
  const [now, before] = figures;
  if (!now || (before && familiesOf(before.text, before.text) !== familiesOf(before.text, now.text))) {
    throw new Error(`${title}: the versions differ`);
  }
  const bytes = now.text.length;
  const megabytes = (value: number) => (value / 1e6).toFixed(0);
  print(
    `${title}: ${(bytes / 1e6).toFixed(2)} MB, ${(bytes / orgs).toFixed(0)} bytes an org; ${now.ms.toFixed(0)} ms; workerd has ${megabytes(now.before)} MB before and at most ${megabytes(now.peak)} MB during the scrapes; folding the log took ${(now.foldingMs / now.ms).toFixed(1)} times as long as a scrape`,
  );
  if (before) {
    print(
      `    ${(now.ms / before.ms).toFixed(2)} of the time of ${commit} (${before.ms.toFixed(0)} ms; at most ${megabytes(before.peak)} MB), the same bytes of what both have; folding the log ${(now.foldingMs / before.foldingMs).toFixed(2)} of its time`,
    );
  }
  return now.ms;
}

/** The lines of a scrape about families that another one has: this version may have more, and other words for them. */
function familiesOf(other: string, text: string): string {
  const nameOf = (line: string) => /^(?:# (?:HELP|TYPE) )?(\w+?)(?:_bucket|_sum|_count)?[ {]/.exec(line)?.[1];
  const known = new Set(other.split('\n').map(nameOf));
  return text
    .split('\n')
    .filter((line) => known.has(nameOf(line)) && !line.startsWith('# HELP'))
    .join('\n');
}

/** How long the shards take to fold the log, in milliseconds. Until then a scrape answers 503. */
async function firstScrape({ url }: BareWorker): Promise<number> {
  const start = performance.now();
  while (!(await scrape(url).catch(() => null)));
  return performance.now() - start;
}

/** Gives each org, up to this number, entries to count in this shard. */
function fill(url: string, shard: number, orgs: number): Promise<void> {
  return withClient(url, async (client) => {
    await client.query(
      `insert into orgs (id, name, currency) select n, 'Org', 'usd' from generate_series(1, $1::int) as n
       on conflict do nothing`,
      [orgs],
    );
    // Proposals of one org that differ by one are in neighbouring shards.
    await client.query(
      `insert into proposals (id, org_id, title, customer_name, customer_email, line_items, currency, total_cents, content_hash)
       select n + $2 * 100001, n, 'Bench', 'Bench', 'bench@example.com', '[]', 'usd', 1575000, ''
       from generate_series(1, $1::int) as n on conflict do nothing`,
      [orgs, shard],
    );
    await client.query(
      `insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
       select n, n + $2 * 100001, e.seq, e.event, 'stripe', e.meta::jsonb, e.event || ':' || n || ':' || $2
       from generate_series(1, $1::int) as n, (values
         (1, 'view', '{}'), (2, 'approve', '{"version":1}'),
         (3, 'checkout_created', '{"currency":"usd","dev_mode":true}'),
         (4, 'payment_success', '{"amount_cents":472500,"approved_at":"2026-11-23T00:00:00Z"}')) as e (seq, event, meta)
       on conflict do nothing`,
      [orgs, shard],
    );
  });
}
