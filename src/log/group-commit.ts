type Waiting<C, R> = {
  readonly item: C;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Commits items in groups: while one group is under way the next gathers, so an idle queue answers at once and a busy
 * one shares each commit among all who wait. `commit` answers its items in their order; if it throws, they all fail.
 */
export class GroupCommit<C, R> {
  readonly #commit: (group: readonly C[]) => Promise<readonly R[]>;
  readonly #limit: number;
  #waiting: Waiting<C, R>[] = [];
  #underWay = false;

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
    if (this.#underWay) return;
    this.#underWay = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#limit);
      try {
        const results = await this.#commit(group.map(({ item }) => item));
        // One result an item, as `commit` promises.
        for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#underWay = false;
  }
}
