type Waiting<C, R> = {
  readonly item: C;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Commits items in groups: the next group gathers while one is being committed, so an idle queue answers at once and a
 * busy one shares each commit among all that wait. `commit` returns one result per item, in order; if it throws, all of
 * its items fail.
 */
export class GroupCommit<C, R> {
  readonly #commit: (group: readonly C[]) => Promise<readonly R[]>;
  readonly #limit: number;
  #waiting: Waiting<C, R>[] = [];
  #isCommitting = false;

  constructor(commit: (group: readonly C[]) => Promise<readonly R[]>, limit: number) {
    this.#commit = commit;
    this.#limit = limit;
  }

  add(item: C): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#waiting.push({ item, resolve, reject });
    void this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    if (this.#isCommitting) return;
    this.#isCommitting = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#limit);
      try {
        const results = await this.#commit(group.map(({ item }) => item));
        // Sound: `commit` promises one result per item.
        for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isCommitting = false;
  }
}
