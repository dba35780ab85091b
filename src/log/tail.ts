import type { Entry } from '../domain/entry.ts';
import type { Appended, Segment } from './append.ts';

/** Entries held in memory at most. Beyond that they are dropped, and read from the log again. */
const limit = 5_000;

/**
 * The end of a shard's share of the log, in memory: what it appended itself and has not folded yet. It is complete from
 * where it begins; below that, the log may hold entries that are neither here nor in the projections.
 */
export class Tail {
  #from: number;
  #upTo: number;
  #entries: Entry[] = [];

  constructor(checkpoint: number) {
    this.#from = checkpoint;
    this.#upTo = checkpoint;
  }

  /** The id up to which the shard knows its entries. */
  get head(): number {
    return this.#upTo;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** All entries above the id `from`, as if they had been read there. */
  get segment(): Segment & { readonly from: number } {
    return { entries: this.#entries, from: this.#from, upTo: this.#upTo, isLast: true };
  }

  /**
   * Adds what was appended. Where entries were missed, or there is no room, the tail begins again with what was appended.
   * Returns whether all that lies below it is folded or was in it; if not, it has to be read from the log.
   */
  add({ entries, before, missed }: Appended, checkpoint: () => number): boolean {
    const hasRoom = this.#entries.length < limit;
    const isComplete = (hasRoom && !missed) || checkpoint() >= before;
    if (missed || !hasRoom) this.restart(before);
    this.#entries.push(...entries);
    this.#upTo = Math.max(this.#upTo, before, entries.at(-1)?.id ?? 0);
    return isComplete;
  }

  /** Begins again, empty, above this id. */
  restart(from: number): void {
    this.#from = from;
    this.#upTo = from;
    this.#entries = [];
  }
}
