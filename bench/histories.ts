import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startBareWorker } from '../local/bare-worker.ts';
import { Tokens } from '../src/jwt/tokens.ts';
import { fillHistories } from './fill.ts';
import { median, post, prepare, print, sign } from './load.ts';

// A proposal with 20,000 entries beside one with 20: the time to read and pay it (people may add nothing to so long a one). The first read of a long history
// folds all of it and leaves a snapshot; it stands apart.

const proposals = 10;

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, name, bindings } = await prepare(cleanup);
const jwtSecret = randomBytes(32).toString('hex');
const worker = await startBareWorker('src/index.ts', join(folder, 'worker'), {
  ...bindings,
  JWT_SECRET: jwtSecret,
});
cleanup.defer(() => worker.stop());
const tokens = new Tokens(jwtSecret);

print(`${name}, medians of ${proposals} proposals`);
await measure(20, 1_000); // the runtime compiles
const [short, long] = [await measure(20, 2_000), await measure(20_000, 3_000)];
for (const step of ['firstRead', 'read', 'pay'] as const) {
  print(
    `${step}: ${long[step].toFixed(1)} ms with 20,000 entries, ${(long[step] / short[step]).toFixed(2)} times the ${short[step].toFixed(1)} ms with 20`,
  );
}

async function measure(entries: number, firstId: number) {
  const times = {
    firstRead: [] as number[],
    read: [] as number[],
    pay: [] as number[],
  };
  await fillHistories(postgresUrl, { entries, firstId, proposals });
  for (let id = firstId; id < firstId + proposals; id += 1) {
    const customer = { kind: 'customer', proposalId: id, orgId: 1 } as const;
    const token = await tokens.signPortal(customer, 'Bench', new Date(Date.now() + 3_600_000));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const read = () => expectOk(`${worker.url}/proposals/${id}`, { headers });
    times.firstRead.push(await timed(read));
    times.read.push(await timed(read));
    times.pay.push(await timed(() => post(worker.url, false, sign(id))));
  }
  return {
    firstRead: median(times.firstRead),
    read: median(times.read),
    pay: median(times.pay),
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function expectOk(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${text}`);
}
