type Waiting<T, R> = {
  readonly item: T;
  readonly lead: (group: Group) => void;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
};

type Members<T, R> = [Waiting<T, R>, ...Waiting<T, R>[]];

/** How many items it has; no number until it has gathered them. */
type Group = { size: number };

type Limits<T> = {
  /** The most items in a group, and their most bytes together; a single item may be larger. */
  readonly count: number;
  readonly bytes: number;
  readonly sizeOf: (item: T) => number;
  /** The most items that wait; one more is refused. */
  readonly waiting: number;
};

type Patience = {
  /** An item that has waited this long no longer waits for the groups before it. */
  readonly takeOverMs: number;
  /** An item without a result fails after this long. */
  readonly giveUpMs: number;
};

/**
 * Takes items in groups: the next gathers while one is taken, so an idle queue takes an item at once and a busy one shares
 * each round trip among all that wait. It sets out beside the one before when it is at least half as large, so that neither
 * side idles and groups stay large; there are two at most. `take` returns one result per item, in order; if it throws, all
 * of its items fail.
 *
 * The request whose item is first in a group leads it: it calls `take`, since a Worker does I/O only for the request that
 * runs. Should the leader die, those in its group give up in time, and the next item takes over. With patience, each request
 * holds a timer of its own, or else the runtime takes one that only waits for another to be hung.
 */
export class GroupQueue<T, R> {
  readonly #take: (group: readonly T[]) => Promise<readonly R[]>;
  readonly #limits: Limits<T>;
  readonly #patience: Patience | undefined;
  #waiting: Waiting<T, R>[] = [];
  /** The groups that are being taken: one or two. */
  readonly #taken = new Set<Group>();

  constructor(take: (group: readonly T[]) => Promise<readonly R[]>, limits: Limits<T>, patience?: Patience) {
    this.#take = take;
    this.#limits = limits;
    this.#patience = patience;
  }

  /** The item's result. Rejects at once where too many wait. */
  async add(item: T): Promise<R> {
    if (this.#waiting.length >= this.#limits.waiting) throw new Error('The queue is full.');
    const turn = Promise.withResolvers<Group>();
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const waiting = { item, lead: turn.resolve, resolve, reject };
    this.#waiting.push(waiting);
    // In the request that added it, once what is added now is there.
    void turn.promise.then((group) => this.#lead(waiting, group));
    this.#next();
    return this.#patience ? this.#inTime(this.#patience, waiting, promise) : promise;
  }

  async #inTime({ takeOverMs, giveUpMs }: Patience, waiting: Waiting<T, R>, result: Promise<R>): Promise<R> {
    let timer = setTimeout(() => {
      timer = setTimeout(() => waiting.reject(new Error('No result in time.')), giveUpMs - takeOverMs);
      if (this.#waiting.includes(waiting)) this.#takeOver(waiting);
    }, takeOverMs);
    try {
      return await result;
    } finally {
      clearTimeout(timer);
    }
  }

  #takeOver(waiting: Waiting<T, R>): void {
    this.#taken.clear();
    this.#waiting = [waiting, ...this.#waiting.filter((other) => other !== waiting)];
    this.#next();
  }

  /** Has the first that waits lead a group, if it is time. It leaves the queue at once: if it is dead, no other waits. */
  #next(): void {
    const [first, second] = this.#taken;
    if (second || (first && !(2 * this.#waiting.length >= first.size))) return;
    const leader = this.#waiting.shift();
    if (!leader) return;
    const group = { size: Number.NaN };
    this.#taken.add(group);
    leader.lead(group);
  }

  async #lead(leader: Waiting<T, R>, group: Group): Promise<void> {
    const members: Members<T, R> = [leader];
    try {
      const results = await this.#gatherAndTake(members, group);
      if (results.length !== members.length) throw new Error('A group has other results than items.');
      // Sound: there are as many results as items.
      for (const [index, { resolve }] of members.entries()) resolve(results[index] as R);
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  async #gatherAndTake(members: Members<T, R>, group: Group): Promise<readonly R[]> {
    try {
      members.push(...this.#followers(members));
      group.size = members.length;
      return await this.#take(members.map(({ item }) => item));
    } finally {
      // The next group sets out before anyone is answered, so that its round trip begins that much earlier.
      this.#taken.delete(group);
      this.#next();
    }
  }

  /** Takes from the queue those that fit into the leader's group, first come first. */
  #followers([leader]: Members<T, R>): Waiting<T, R>[] {
    const { count, bytes, sizeOf } = this.#limits;
    let [size, total] = [0, sizeOf(leader.item)];
    for (const { item } of this.#waiting.slice(0, count - 1)) {
      total += sizeOf(item);
      if (total > bytes) break;
      size += 1;
    }
    return this.#waiting.splice(0, size);
  }
}
