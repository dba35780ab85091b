import { join } from 'node:path';
import { startBareWorker } from '../local/bare-worker.ts';
import {
  connections,
  mean,
  measureRequests,
  measureWebhooks,
  prepare,
  print,
  scrape,
  seconds,
} from './load.ts';

// Webhooks per second and the time of a scrape with 1, 4, 8 and 16 shards, each as a ratio to an empty call to a shard in
// the same run.

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
print(`${name}, ${connections} connections, ${seconds} s each`);
for (const shards of [1, 4, 8, 16]) {
  const own = { ...bindings, LOG_SHARDS: String(shards) };
  const worker = await startBareWorker('bench/empty-call.ts', join(folder, String(shards)), own);
  await scrape(worker.url); // wakes all shards and lets them fold the log so far
  const empty = await measureRequests(worker.url, '/empty');
  const { perSecond: webhooks } = await measureWebhooks(worker.url, postgresUrl);
  await scrape(worker.url);
  const times: number[] = [];
  for (let time = 0; time < 20; time += 1) times.push((await scrape(worker.url)).ms);
  await worker.stop();
  const share = ((webhooks / empty) * 100).toFixed(0);
  const calls = ((mean(times) / 1000) * empty).toFixed(1);
  print(
    `${shards} shards: ${webhooks.toFixed(0)} webhooks/s, ${share} % of ${empty.toFixed(0)} empty calls/s; a scrape takes as long as ${calls} of them`,
  );
}
