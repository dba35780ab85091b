import type { Labels } from '../metrics/catalogue.ts';

/** So many events of one type came to one end. */
export type Tally = { readonly labels: Labels; readonly count: number };

const pauseMs = 1_000;

/** No handing on takes so long: it was cut off. */
const cutOffMs = 30_000;

/**
 * Counts events that are no entries of the log and never reach a shard: those refused, and those that mean nothing. They
 * are kept in this isolate and handed on together, at most once a second, since anybody can send a hundred thousand
 * forgeries and they are not to cost as many writes. What an isolate holds when it is ended is lost: a second's worth.
 */
export class WebhookTally {
  #pending = new Map<string, Tally>();
  #lastAt = 0;
  #isUnderWayUntil = 0;

  /** Counts one event. `handOn` is what takes the counts; if it rejects, they are kept for the next time. */
  add(
    labels: Labels,
    waitUntil: (work: Promise<void>) => void,
    handOn: (tallies: Tally[]) => Promise<void>,
  ): void {
    this.#keep({ labels, count: 1 });
    const now = Date.now();
    if (now < this.#isUnderWayUntil) return;
    this.#isUnderWayUntil = now + cutOffMs;
    waitUntil(this.#handOnAt(this.#lastAt + pauseMs, handOn));
  }

  async #handOnAt(time: number, handOn: (tallies: Tally[]) => Promise<void>): Promise<void> {
    const waitMs = Math.min(time - Date.now(), pauseMs); // whatever clock the last one was told by
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const tallies = [...this.#pending.values()];
    this.#pending = new Map();
    this.#lastAt = Date.now();
    try {
      await handOn(tallies);
    } catch {
      for (const tally of tallies) this.#keep(tally);
    }
    this.#isUnderWayUntil = 0;
  }

  #keep({ labels, count }: Tally): void {
    const key = JSON.stringify(labels);
    this.#pending.set(key, { labels, count: count + (this.#pending.get(key)?.count ?? 0) });
  }
}
