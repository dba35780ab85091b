import { join } from 'node:path';
import { startBareWorker } from '../local/bare-worker.ts';
import { connections, mean, measureWebhooks, prepare, print, seconds } from './load.ts';

// Signed webhooks per second, each for its own payment: the group commit against the same Worker with groups of one,
// alternating in one run. Only the ratio means anything, since everything shares this machine.

const rounds = 2;

/** Where the paid proposals are: every fourth id belongs to the same shard, and all ids together to four. */
const targets = [
  { name: 'one shard', idStep: 4 },
  { name: 'four shards', idStep: 1 },
];

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
const grouped = await startBareWorker('src/index.ts', join(folder, 'grouped'), bindings);
cleanup.defer(() => grouped.stop());
const single = await startBareWorker('bench/groups-of-one.ts', join(folder, 'single'), bindings);
cleanup.defer(() => single.stop());

print(`${name}, ${connections} connections, ${rounds} x ${seconds} s each`);
for (const target of targets) {
  const [groups, ones]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    groups.push((await measureWebhooks(grouped.url, postgresUrl, target)).perSecond);
    ones.push((await measureWebhooks(single.url, postgresUrl, target)).perSecond);
  }
  const [inGroups, byOne] = [mean(groups).toFixed(0), mean(ones).toFixed(0)];
  const ratio = (mean(groups) / mean(ones)).toFixed(1);
  print(`${target.name}: ${inGroups} webhooks/s in groups, ${byOne} in groups of one: ${ratio} times`);
}
