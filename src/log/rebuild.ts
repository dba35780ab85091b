import type { Segment } from './append.ts';
import { Projections } from './projections.ts';
import { Sums } from './sums.ts';

/** Where the shard's storage says that a rebuild is under way. */
const mark = 'rebuilding';

/**
 * Folds a shard's sums again, from the beginning of the log, in a table beside the one that scrapes show, and puts it in its
 * place at the end. One that was cut off goes on from where it was.
 */
export class Rebuild {
  readonly #storage: DurableObjectStorage;
  readonly #live: Projections;
  readonly #sums: Sums;
  #running: Promise<void> | undefined;

  constructor(storage: DurableObjectStorage, live: Projections, sums: Sums) {
    this.#storage = storage;
    this.#live = live;
    this.#sums = sums;
  }

  get isUnderWay(): boolean {
    return this.#storage.kv.get(mark) === true;
  }

  /** Begins one, unless one is under way. */
  begin(): void {
    if (this.isUnderWay) return;
    this.#beside().projections.reset();
    this.#storage.kv.put(mark, true);
  }

  /** Goes on with it to its end, once for all who ask. `read` reads a segment of the log above a checkpoint. */
  run(read: (checkpoint: number) => Promise<Segment>): Promise<void> {
    this.#running ??= this.#fold(read).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #fold(read: (checkpoint: number) => Promise<Segment>): Promise<void> {
    const { sums, projections } = this.#beside();
    for (let isDone = false; !isDone; ) {
      const { checkpoint } = projections;
      const segment = await read(checkpoint);
      projections.fold(segment, checkpoint);
      // What was appended meanwhile may be folded into the others already.
      isDone = segment.isLast && projections.checkpoint >= this.#live.checkpointOf(this.#sums);
    }
    this.#storage.transactionSync(() => {
      this.#live.replace(this.#sums, projections.checkpoint, () => this.#sums.replaceWith(sums));
      this.#storage.kv.delete(mark);
    });
  }

  #beside() {
    const sums = new Sums(this.#storage.sql, { table: 'rebuilt_sums' });
    return { sums, projections: new Projections(this.#storage, [sums]) };
  }
}
