import { join } from 'node:path';
import { type BareWorker, startBareWorker } from '../local/bare-worker.ts';
import { withClient } from '../local/postgres.ts';
import { claimPort } from '../local/worker.ts';
import { startChild } from './child.ts';
import {
  type Load,
  measureWebhooks,
  median,
  prepare,
  print,
  scrape,
  seconds,
  secret,
  send,
  sign,
} from './load.ts';

// Webhooks per second against a Fastify service that a user would write instead (fastify.ts), alternating in one run, and
// workerd's own processor time for a webhook beside that for one that is verified and ignored. Only the ratios mean
// anything, since everything shares this machine.

const rounds = 3;

await using cleanup = new AsyncDisposableStack();
const { postgresUrl, folder, poolSize, name, bindings } = await prepare(cleanup);
await withClient(postgresUrl, (client) =>
  client.query(`create table peer_activity_log (
    id bigserial primary key, org_id bigint not null, proposal_id bigint not null, event text not null,
    meta jsonb not null default '{}', stripe_key text unique, created_at timestamptz not null default now())`),
);
const peer = await startChild('fastify.ts', {
  postgresUrl,
  connections: poolSize,
  secret,
  port: await claimPort(),
});
cleanup.defer(() => peer.stop());
const worker = await startBareWorker('src/index.ts', join(folder, 'worker'), {
  ...bindings,
  LOG_SHARDS: '1',
});
cleanup.defer(() => worker.stop());

let nextPeerId = 1;
print(`${name}, one shard, medians of ${rounds} x ${seconds} s, alternating with Fastify`);
// BENCH_CONNECTIONS=64 measures one of them.
const all = process.env.BENCH_CONNECTIONS?.split(',').map(Number) ?? [1, 16, 64, 256];
for (const connections of all) {
  const [ours, theirs, ignored]: [Timed[], Load[], Timed[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await timed(worker, () => measureWebhooks(worker.url, postgresUrl, { connections })));
    theirs.push(await send(peer.url, signed('checkout.session.completed'), connections));
    ignored.push(await timed(worker, () => send(worker.url, signed('invoice.created'), connections)));
  }
  await expectTrueCounters();
  const ratios = ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? 0));
  const [cpu, ignoredCpu] = [ours, ignored].map((loads) => median(loads.map(({ cpuMs }) => cpuMs)));
  print(
    `${connections} connections: ${median(ratios).toFixed(2)} of Fastify (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')});` +
      ` ${toText(ours)}, Fastify ${toText(theirs)};` +
      ` ${cpu?.toFixed(2)} ms of workerd's CPU each, ${((cpu ?? 0) / (ignoredCpu ?? 0)).toFixed(2)} times an ignored one's ${ignoredCpu?.toFixed(2)}`,
  );
}

type Timed = Load & { readonly cpuMs: number };

async function timed(worker: BareWorker, work: () => Promise<Load>): Promise<Timed> {
  const before = worker.cpuSeconds();
  const load = await work();
  return { ...load, cpuMs: ((worker.cpuSeconds() - before) * 1000) / load.acknowledged };
}

function toText(loads: readonly Load[]): string {
  const [perSecond, ms] = [loads.map((load) => load.perSecond), loads.map((load) => load.medianMs)].map(
    median,
  );
  return `${perSecond?.toFixed(0)}/s, median ${ms?.toFixed(1)} ms`;
}

/** More than are sent in the bench's seconds, each with an id of its own. */
function signed(type: string) {
  const first = nextPeerId;
  nextPeerId += seconds * 12_000;
  return Array.from({ length: nextPeerId - first }, (_, n) => sign(first + n, type));
}

/** Fails unless `/metrics` counts exactly what the log holds. */
async function expectTrueCounters(): Promise<void> {
  const [row] = await withClient(
    postgresUrl,
    async (client) =>
      (
        await client.query(
          `select count(*)::int as payments from portal_activity_log where event = 'payment_success'`,
        )
      ).rows,
  );
  const { text } = await scrape(worker.url);
  const counted = Number(/^crm_portal_payments_total{org_id="1"} (.*)$/m.exec(text)?.[1]);
  if (counted !== row?.payments)
    throw new Error(`The log has ${row?.payments} payments, /metrics ${counted}.`);
}
