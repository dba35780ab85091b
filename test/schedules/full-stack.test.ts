import { createExecutionContext, evictDurableObject, waitOnExecutionContext } from 'cloudflare:test';
import { afterEach, beforeEach, vi } from 'vitest';
import type { FaultKind, StripeApi } from '../../local/stripe/api.ts';
import { app } from '../../src/app.ts';
import type { Bindings } from '../../src/config.ts';
import { Deps } from '../../src/deps.ts';
import { Tally } from '../../src/log/tally.ts';
import { reconcile } from '../../src/payments/reconcile.ts';
import { bindings } from '../support/world.ts';
import { Game, gameBindings, type Platform } from './game.ts';
import { type DatabaseFault, network } from './network.ts';
import { type Faults, noFaults, type Schedule } from './schedule.ts';
import { testSchedules } from './test-schedules.ts';
import { checkTruth } from './truth.ts';

// The same schedules in Cloudflare's runtime: real Durable Objects, their storage, their calls, Neon's protocol over HTTP.
// Concurrent actions run in any order, no process dies during a request, and a hang fails at once.

const realFetch = globalThis.fetch;

beforeEach(() => {
  // The faults would flood the output with log lines.
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  // It counts what is not in the log, and takes a real second to hand it over.
  vi.spyOn(Tally.prototype, 'add').mockImplementation(() => {});
});

afterEach(() => {
  globalThis.fetch = realFetch;
  vi.useRealTimers();
});

async function play(schedule: Schedule): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'] });
  const platform = new WorkerPlatform(() => game.api);
  const game = await Game.begin(platform, schedule.isOneShard);
  try {
    await game.play(schedule);
    await checkTruth(game);
  } finally {
    globalThis.fetch = realFetch;
    vi.useRealTimers();
  }
}

class WorkerPlatform implements Platform {
  readonly #env = { ...bindings, ...gameBindings, LOG_SHARD: this.#faultyShards() } as Bindings;
  readonly #duplicated = new Set<number>();
  #faults = { database: 0, stripe: 0, call: 0, plan: noFaults as Faults };
  #calls = 0;

  constructor(stripe: () => StripeApi) {
    globalThis.fetch = network({
      stripe,
      database: (url, init) => realFetch(url, init),
      turn: (work) => work(),
      // Nothing is done, and no failure is kept under the key: Stripe would replay that.
      nextStripeFault: () => failing(this.#next('stripe'), 'busy' satisfies FaultKind),
      nextDatabaseFault: () => failing(this.#next('database'), 'not done' satisfies DatabaseFault),
    });
  }

  async fetch(request: Request): Promise<Response> {
    const context = createExecutionContext();
    const response = await app.fetch(request, this.#env, context);
    await waitOnExecutionContext(context);
    return response;
  }

  async cron(): Promise<void> {
    const context = createExecutionContext();
    await reconcile(new Deps(this.#env, context)).catch(() => {});
    await waitOnExecutionContext(context);
  }

  async evict(shard: number): Promise<void> {
    await evictDurableObject(bindings.LOG_SHARD.getByName(`${shard}/4`)).catch((error) => {
      if (!String(error).includes('it is not currently running')) throw error;
    });
  }

  async duplicate(shard: number): Promise<void> {
    this.#duplicated.add(shard);
  }

  async endDuplicates(): Promise<void> {
    this.#duplicated.clear();
  }

  /** The runtime schedules by itself here; only the round's faults are set. */
  begin(faults: Faults): void {
    this.#faults = { database: 0, stripe: 0, call: 0, plan: faults };
  }

  async settle(work: readonly Promise<unknown>[]): Promise<void> {
    await Promise.all(work);
  }

  passTime(minutes: number): void {
    vi.setSystemTime(Date.now() + minutes * 60_000);
  }

  #next<K extends 'database' | 'stripe' | 'call'>(kind: K): Faults[K][number] {
    const at = this.#faults[kind];
    this.#faults[kind] += 1;
    return this.#faults.plan[kind][at] as Faults[K][number];
  }

  #faultyShards() {
    return new Proxy(bindings.LOG_SHARD, {
      get: (namespace, property) => {
        if (property !== 'getByName') return Reflect.get(namespace, property, namespace);
        return (name: string) => {
          this.#calls += 1;
          const isTwin = this.#duplicated.has(Number(name[0])) && this.#calls % 2 === 0;
          return this.#faultyStub(name, namespace.getByName(isTwin ? `0${name}` : name));
        };
      },
    });
  }

  #faultyStub(name: string, stub: object) {
    type Methods = Record<string | symbol, (...args: unknown[]) => Promise<unknown>>;
    return new Proxy(stub as Methods, {
      get: (target, method) => {
        return async (...args: unknown[]) => {
          const fault = this.#next('call');
          if (fault === 'overloaded') throw Object.assign(new Error('Overloaded.'), { overloaded: true });
          if (fault === 'reset before') await this.evict(Number(name[0]));
          if (fault === 'reset before') throw Object.assign(new Error('Reset.'), { retryable: true });
          const answer = await target[method]?.(...args); // as a method: a stub treats any other access as a call
          if (fault === 'reset after') await this.evict(Number(name[0]));
          if (fault !== undefined) throw Object.assign(new Error('Reset.'), { retryable: true });
          return answer;
        };
      },
    });
  }
}

/** The fault; for a hang, the failure at its deadline. */
function failing<F extends string>(fault: F | undefined, instead: F): F | undefined {
  return fault === 'hang' ? instead : fault;
}

testSchedules(play);
