import { AsyncLocalStorage } from 'node:async_hooks';

/** A process that can die with its pending work: a request to the Worker, or one life of a shard. */
export class Process {
  #isDead = false;
  readonly #death = Promise.withResolvers<never>();

  constructor() {
    this.#death.promise.catch(() => {}); // it need not be awaited
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Rejects when it dies. */
  get death(): Promise<never> {
    return this.#death.promise;
  }

  die(reason: Error): void {
    this.#isDead = true;
    this.#death.reject(reason);
  }
}

const processes = new AsyncLocalStorage<Process>();

/** Whether the process that runs now has died. */
export function isDead(): boolean {
  return processes.getStore()?.isDead ?? false;
}

type Item = { readonly process: Process; readonly run: () => Promise<void> };

/**
 * Runs one thing at a time, in a chosen and so repeatable order: every request to the database or to Stripe and every call
 * to a shard waits here for its turn.
 */
export class Scheduler {
  readonly #choose: (count: number) => number;
  readonly #passTime: () => Promise<boolean>;
  #queue: Item[] = [];
  #isRunning = false;
  #turnsUntilDeath = Number.POSITIVE_INFINITY;

  /** `choose` picks one of so many; `passTime` fires the next timer and returns whether there was one. */
  constructor(choose: (count: number) => number, passTime: () => Promise<boolean>) {
    this.#choose = choose;
    this.#passTime = passTime;
  }

  get current(): Process {
    return processes.getStore() ?? new Process();
  }

  /** Runs `work` as a process; everything that it starts belongs to it. */
  as<T>(process: Process, work: () => T): T {
    return processes.run(process, work);
  }

  /** Kills the process whose turn comes after so many; none if undefined. */
  dieAt(turn: number | undefined): void {
    this.#turnsUntilDeath = turn ?? Number.POSITIVE_INFINITY;
  }

  /** Does `work` when its turn comes. A process that died meanwhile never gets the result; what was sent is still done. */
  async turn<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isRunning) return work(); // no schedule is running: the test itself asks
    const process = this.current;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async () => {
      const settle = await work().then(
        (value) => () => resolve(value),
        (error) => () => reject(error),
      );
      if (!process.isDead) settle();
    };
    this.#queue.push({ process, run });
    return promise;
  }

  /** Runs everything until all of `work` is done or its process has died. */
  async settle(work: readonly { process: Process; done: Promise<unknown> }[]): Promise<void> {
    this.#isRunning = true;
    try {
      await this.#run(work);
    } finally {
      this.#isRunning = false;
    }
  }

  async #run(work: readonly { process: Process; done: Promise<unknown> }[]): Promise<void> {
    let open = work.map(({ process, done }) => {
      const one = { process, isDone: false };
      const finish = () => {
        one.isDone = true;
      };
      done.then(finish, finish);
      return one;
    });
    for (;;) {
      await quiet();
      open = open.filter(({ process, isDone }) => !isDone && !process.isDead);
      const [item] = this.#queue.splice(this.#choose(this.#queue.length), 1);
      if (item) {
        if (this.#turnsUntilDeath === 0) item.process.die(new Error('It died.'));
        this.#turnsUntilDeath -= 1;
        await item.run();
      } else if (open.length === 0) return;
      else if (!(await this.#passTime()))
        throw new Error('A process waits for something that never happens.');
    }
  }
}

let cryptoUnderWay = 0;

/** Counts what the thread pool does, so that `quiet` can wait for it. */
export function watchCrypto(): void {
  const { subtle } = crypto;
  for (const name of ['importKey', 'sign', 'verify', 'digest'] as const) {
    const real = subtle[name].bind(subtle) as (...args: unknown[]) => Promise<unknown>;
    Object.defineProperty(subtle, name, {
      configurable: true,
      value: async (...args: unknown[]) => {
        cryptoUnderWay += 1;
        try {
          return await real(...args);
        } finally {
          cryptoUnderWay -= 1;
        }
      },
    });
  }
}

/** Resolves when no work is pending outside of the turns. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (cryptoUnderWay > 0) turns = -1;
  }
}
