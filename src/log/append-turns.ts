/** A proposal's id or an entry's key. */
type Name = number | string;

/**
 * Lets groups append one after the other, while the next one loads already. What a group writes in that time makes stale
 * what the next has loaded of the same proposals and keys: then it loads again, in its turn.
 */
export class AppendTurns {
  /** What the group that appends now writes. */
  #writing = new Set<Name>();
  /** For each group that loads or waits for its turn: what was written since its load, or may have been. */
  readonly #written = new Set<Set<Name>>();
  #last: Promise<unknown> = Promise.resolve();

  /** `names` are what `load` asks about. `append` notes what it is about to write. */
  async take<L, R>(
    names: readonly Name[],
    load: () => Promise<L>,
    append: (loaded: L, note: (written: Iterable<Name>) => void) => Promise<R>,
  ): Promise<R> {
    const since = new Set(this.#writing);
    this.#written.add(since);
    const loaded = await load().catch((error) => {
      this.#written.delete(since);
      throw error;
    });
    const appended = this.#last.then(async () => {
      this.#written.delete(since);
      const fresh = names.some((name) => since.has(name)) ? await load() : loaded;
      return append(fresh, (written) => this.#note(written));
    });
    this.#last = appended
      .catch(() => {})
      .then(() => {
        this.#writing = new Set();
      });
    return appended;
  }

  #note(written: Iterable<Name>): void {
    for (const name of written) for (const names of [this.#writing, ...this.#written]) names.add(name);
  }
}
