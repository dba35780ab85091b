import { AsyncResource } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { Pool } from 'pg';
import { afterAll, beforeAll, inject, vi } from 'vitest';
import { answerQuery } from '../../local/neon-http.ts';
import type { StripeApi } from '../../local/stripe/api.ts';
import { app } from '../../src/app.ts';
import type { Bindings } from '../../src/config.ts';
import { Deps } from '../../src/deps.ts';
import { LogShard } from '../../src/log/log-shard.ts';
import { reconcile } from '../../src/payments/reconcile.ts';
import { bindings } from '../support/world.ts';
import { Game, gameBindings, type Platform } from './game.ts';
import { network } from './network.ts';
import { type Faults, noFaults, type Schedule } from './schedule.ts';
import { isDead, Process, Scheduler, watchCrypto } from './scheduler.ts';
import { ShardHost } from './shard-host.ts';
import { testSchedules } from './test-schedules.ts';
import { checkTruth } from './truth.ts';

// Many schedules, one thing at a time. The app, the SDK, the shard, the SQL and PostgreSQL are real; Cloudflare
// (shard-host.ts) and Stripe are simulated. The same seed is the same schedule, to the last turn.

let pool: Pool;

beforeAll(() => {
  watchCrypto();
  pool = new Pool({
    connectionString: inject('postgresUrl'),
    max: inject('isServer') ? 4 : 1,
    idleTimeoutMillis: 0,
  });
  globalThis.fetch = toDatabase;
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  const fake = globalThis.setTimeout;
  // A timer wakes the process that set it, unless that is dead.
  globalThis.setTimeout = ((wake: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const whileAlive = (...given: unknown[]) => {
      if (!isDead()) wake(...given);
    };
    return fake(AsyncResource.bind(whileAlive), ms, ...args);
  }) as typeof setTimeout;
  // The faults would flood the output with log lines.
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const { minutes } = inject('schedules');
const endsAt = minutes > 0 ? Date.now() + minutes * 60_000 : Number.POSITIVE_INFINITY;

/** How many came to rest in the truth. A slow machine plays fewer in its time. */
let played = 0;

afterAll(async () => {
  writeSync(2, `${played} schedules were played.\n`); // past the spies, and whatever the reporter shows
  // What dead processes still have under way is answered no more. With real timers and a network it would go on, and fail the
  // run by an error that no test has.
  globalThis.fetch = () => new Promise(() => {});
  await pool.end();
});

const toDatabase: typeof fetch = async (_url, init) => {
  const { status, body } = await answerQuery(
    pool,
    Object.fromEntries(new Headers(init?.headers)),
    String(init?.body),
  );
  return Response.json(body, { status });
};

async function play(schedule: Schedule): Promise<void> {
  if (vi.getRealSystemTime() > endsAt) return;
  vi.setSystemTime(vi.getRealSystemTime());
  const platform = new NodePlatform(schedule.order, () => game.api);
  const [last] = (await pool.query('select coalesce(max(id), 0)::int as id from portal_activity_log')).rows;
  for (let index = 0; index < 4; index += 1) platform.host.prepare(`${index}/4`, last.id);
  const game = await Game.begin(platform, schedule.isOneShard);
  try {
    await game.play(schedule);
    await checkTruth(game);
    played += 1;
  } finally {
    globalThis.fetch = toDatabase;
    vi.clearAllTimers();
  }
}

class NodePlatform implements Platform {
  readonly host: ShardHost;
  readonly #scheduler: Scheduler;
  readonly #env: Bindings;
  #work: { process: Process; done: Promise<unknown> }[] = [];
  #faults = { database: 0, stripe: 0, call: 0, plan: noFaults as Faults };

  constructor(order: readonly number[], stripe: () => StripeApi) {
    let choices = 0;
    const choose = (count: number) => {
      choices += 1;
      return count === 0 ? 0 : (order[choices % order.length] ?? 0) % count;
    };
    this.#scheduler = new Scheduler(choose, passToNextTimer);
    const next = <K extends 'database' | 'stripe' | 'call'>(kind: K) => {
      const at = this.#faults[kind];
      this.#faults[kind] += 1;
      return this.#faults.plan[kind][at] as Faults[K][number];
    };
    this.host = new ShardHost({
      scheduler: this.#scheduler,
      nextFault: () => next('call'),
      create: (name, storage) =>
        new LogShard({ storage, id: { name } } as unknown as DurableObjectState, this.#env),
    });
    this.#env = { ...bindings, ...gameBindings, LOG_SHARD: this.host.namespace } as unknown as Bindings;
    globalThis.fetch = network({
      stripe,
      database: toDatabase,
      turn: (work) => this.#scheduler.turn(work),
      nextStripeFault: () => next('stripe'),
      nextDatabaseFault: () => next('database'),
    });
  }

  fetch(request: Request): Promise<Response | null> {
    return this.#start(async (context) => app.fetch(request, this.#env, context));
  }

  async cron(): Promise<void> {
    await this.#start((context) => reconcile(new Deps(this.#env, context))).catch(() => {});
  }

  async evict(shard: number): Promise<void> {
    this.host.evict(`${shard}/4`);
  }

  async duplicate(shard: number): Promise<void> {
    this.host.duplicate(`${shard}/4`);
  }

  async endDuplicates(): Promise<void> {
    this.host.endDuplicates();
  }

  begin(faults: Faults): void {
    this.#faults = { database: 0, stripe: 0, call: 0, plan: faults };
    this.#scheduler.dieAt(faults.death);
  }

  async settle(work: readonly Promise<unknown>[]): Promise<void> {
    for (const done of work) this.#work.push({ process: new Process(), done });
    await this.#scheduler.settle(this.#work);
    this.#work = [];
    await Promise.all(work);
  }

  passTime(minutes: number): void {
    vi.setSystemTime(Date.now() + minutes * 60_000);
  }

  async #start<T>(work: (context: ExecutionContext) => Promise<T>): Promise<T | null> {
    const process = new Process();
    const waitUntil = (promise: Promise<unknown>) => void this.#work.push({ process, done: promise });
    const done = this.#scheduler.as(process, () => work({ waitUntil } as unknown as ExecutionContext));
    this.#work.push({ process, done });
    return Promise.race([done, process.death.catch(() => null)]);
  }
}

async function passToNextTimer(): Promise<boolean> {
  if (vi.getTimerCount() === 0) return false;
  await vi.advanceTimersToNextTimerAsync();
  return true;
}

testSchedules(play);
