import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BareWorker, startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { unpack } from '../test/support/version.ts';
import { fillLog } from './fill.ts';
import { post, prepare, print, scrape, sign } from './load.ts';

// Shards that start empty over a long log, as after a deploy with another LOG_SHARDS: how long until there are metrics,
// while webhooks come in, and what memory it takes. With UPGRADE_FROM (a commit) beside that version, undisturbed.

const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
await fillLog(postgresUrl, rows, 1_000);
const commit = process.env.UPGRADE_FROM;
const before = commit === undefined ? null : await start('before', unpack(commit, folder));
const undisturbed = before && (await untilMetrics(before));
await before?.stop();

const worker = await start('now', '.');
const webhooks = { isOver: false, times: [] as number[] };
const sending = (async () => {
  for (let id = 1; !webhooks.isOver; id += 1) {
    const sentAt = performance.now();
    await post(worker.url, false, sign(id * 4, 'checkout.session.completed'));
    webhooks.times.push(performance.now() - sentAt);
    await sleep(20);
  }
})();
const seconds = await untilMetrics(worker);
webhooks.isOver = true;
await sending;
const { peak } = worker.memory();
const { text } = await scrape(worker.url);
const [row] = await withClient(postgresUrl, async (client) => {
  const sql = `select count(*)::int as payments from portal_activity_log where event = 'payment_success'`;
  return (await client.query(sql)).rows;
});
const counted = [...text.matchAll(/^crm_portal_payments_total{.*} (.*)$/gm)].reduce(
  (sum, [, n]) => sum + Number(n),
  0,
);
if (counted !== row?.payments) throw new Error(`The log has ${row?.payments} payments, /metrics ${counted}.`);
await worker.stop();
print(
  `${name}, ${rows} entries, 4 empty shards: metrics after ${seconds.toFixed(1)} s${undisturbed === null ? '' : `, ${(seconds / undisturbed).toFixed(2)} of the time of ${commit}, undisturbed (${undisturbed.toFixed(1)} s)`}; ${webhooks.times.length} webhooks meanwhile, all acknowledged, the slowest in ${Math.max(...webhooks.times).toFixed(0)} ms; workerd had at most ${(peak / 1e6).toFixed(0)} MB`,
);

function start(title: string, checkout: string): Promise<BareWorker> {
  return startBareWorker('src/index.ts', join(folder, title), bindings, checkout);
}

/** Seconds until a scrape is answered. */
async function untilMetrics({ url }: BareWorker): Promise<number> {
  const start = performance.now();
  while (!(await scrape(url).catch(() => null))) await sleep(50);
  return (performance.now() - start) / 1000;
}
