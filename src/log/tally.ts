import { type Increment, type Sum, toSums } from '../metrics/catalogue.ts';

/** A delivery that takes longer than this was cut off. */
const cutOffMs = 30_000;

type Pace = {
  /** How long a count waits for others, at least. */
  readonly delayMs: number;
  /** The time between two deliveries, at least. */
  readonly pauseMs: number;
};

/**
 * Counts, in the Worker, what leaves no entry in the log. An isolate delivers its counts together, so that a hundred
 * thousand forgeries do not cost as many writes. An isolate that is ended loses what it has not delivered.
 */
export class Tally {
  readonly #pace: Pace;
  #pending = new Map<string, Sum>();
  #lastAt = 0;
  #isDeliveringUntil = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Counts one thing. `deliver` takes the counts; if it rejects, they are kept for the next delivery. */
  add(
    increment: Increment,
    waitUntil: (work: Promise<void>) => void,
    deliver: (sums: Sum[]) => Promise<void>,
  ): void {
    for (const sum of toSums(increment)) this.#keep(sum);
    const now = Date.now();
    if (now < this.#isDeliveringUntil) return;
    const { delayMs, pauseMs } = this.#pace;
    this.#isDeliveringUntil = now + cutOffMs;
    // The clock may have been set back since the last one.
    const waitMs = Math.min(Math.max(this.#lastAt + pauseMs - now, delayMs), Math.max(pauseMs, delayMs));
    waitUntil(this.#deliverAfter(waitMs, deliver));
  }

  async #deliverAfter(waitMs: number, deliver: (sums: Sum[]) => Promise<void>): Promise<void> {
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sums = [...this.#pending.values()];
    this.#pending = new Map();
    this.#lastAt = Date.now();
    try {
      await deliver(sums);
    } catch {
      for (const sum of sums) this.#keep(sum);
    }
    this.#isDeliveringUntil = 0;
  }

  #keep(sum: Sum): void {
    const key = JSON.stringify([sum.metric, sum.labels, sum.part]);
    this.#pending.set(key, { ...sum, value: sum.value + (this.#pending.get(key)?.value ?? 0) });
  }
}
