import type { Labels } from '../metrics/catalogue.ts';

/** How many events had these labels. */
export type Tally = { readonly labels: Labels; readonly count: number };

const pauseMs = 1_000;

/** A delivery that takes longer than this was cut off. */
const cutOffMs = 30_000;

/**
 * Counts, in the Worker, the webhook events that reach no shard: refused ones and irrelevant ones. An isolate delivers its
 * counts together, at most once a second, so that a hundred thousand forgeries do not cost as many writes. An isolate that
 * is ended loses at most one second of counts.
 */
export class WebhookTally {
  #pending = new Map<string, Tally>();
  #lastAt = 0;
  #isDeliveringUntil = 0;

  /** Counts one event. `deliver` takes the counts; if it rejects, they are kept for the next delivery. */
  add(
    labels: Labels,
    waitUntil: (work: Promise<void>) => void,
    deliver: (tallies: Tally[]) => Promise<void>,
  ): void {
    this.#keep({ labels, count: 1 });
    const now = Date.now();
    if (now < this.#isDeliveringUntil) return;
    this.#isDeliveringUntil = now + cutOffMs;
    waitUntil(this.#deliverAt(this.#lastAt + pauseMs, deliver));
  }

  async #deliverAt(time: number, deliver: (tallies: Tally[]) => Promise<void>): Promise<void> {
    const waitMs = Math.min(time - Date.now(), pauseMs); // the clock may have been set back since
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const tallies = [...this.#pending.values()];
    this.#pending = new Map();
    this.#lastAt = Date.now();
    try {
      await deliver(tallies);
    } catch {
      for (const tally of tallies) this.#keep(tally);
    }
    this.#isDeliveringUntil = 0;
  }

  #keep({ labels, count }: Tally): void {
    const key = JSON.stringify(labels);
    this.#pending.set(key, { labels, count: count + (this.#pending.get(key)?.count ?? 0) });
  }
}
