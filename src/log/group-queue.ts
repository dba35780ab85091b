type Waiting<T, R> = {
  readonly item: T;
  readonly bytes: number;
  readonly addedAt: number;
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
  /** Which items go before the others. */
  readonly isUrgent: (item: T) => boolean;
  /** The most items that wait, and their most bytes together; half of both, if the one that comes is not urgent. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** After this long the caller has left, and the item is dropped. */
  readonly waitingMs: number;
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
 * side idles and groups stay large; there are two at most. What is urgent goes first. `take` returns one result per item,
 * in order; if it throws, all of its items fail.
 *
 * The request whose item is first in a group leads it: it calls `take`, since a Worker does I/O only for the request that
 * runs. Should the leader die, those in its group give up in time, and the next item takes over. With patience, each request
 * holds a timer of its own, or else the runtime takes one that only waits for another to be hung.
 */
export class GroupQueue<T, R> {
  readonly #take: (group: readonly T[]) => Promise<readonly R[]>;
  readonly #limits: Limits<T>;
  readonly #patience: Patience | undefined;
  /** What waits, in the order in which it is taken: what is urgent, and the rest. */
  #lanes: { readonly urgent: Waiting<T, R>[]; readonly rest: Waiting<T, R>[] } = { urgent: [], rest: [] };
  #waitingBytes = 0;
  /** The groups that are being taken: one or two. */
  readonly #taken = new Set<Group>();

  constructor(take: (group: readonly T[]) => Promise<readonly R[]>, limits: Limits<T>, patience?: Patience) {
    this.#take = take;
    this.#limits = limits;
    this.#patience = patience;
  }

  /** How many items wait for their group to set out. */
  get depth(): number {
    return this.#lanes.urgent.length + this.#lanes.rest.length;
  }

  /** The item's result. Rejects at once where too many wait. */
  async add(item: T): Promise<R> {
    const { sizeOf, isUrgent } = this.#limits;
    const [bytes, lane] = [sizeOf(item), isUrgent(item) ? 'urgent' : 'rest'] as const;
    if (!this.#hasRoom(bytes, lane === 'urgent' ? 1 : 0.5)) throw new Error('The queue is full.');
    const turn = Promise.withResolvers<Group>();
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const waiting = { item, bytes, addedAt: Date.now(), lead: turn.resolve, resolve, reject };
    this.#lanes[lane].push(waiting);
    this.#waitingBytes += bytes;
    // In the request that added it, once what is added now is there.
    void turn.promise.then((group) => this.#lead(waiting, group));
    this.#next();
    return this.#patience ? this.#inTime(this.#patience, waiting, promise) : promise;
  }

  #hasRoom(bytes: number, share: number): boolean {
    const { waiting, waitingBytes } = this.#limits;
    return this.depth < waiting * share && this.#waitingBytes + bytes <= waitingBytes * share;
  }

  async #inTime({ takeOverMs, giveUpMs }: Patience, waiting: Waiting<T, R>, result: Promise<R>): Promise<R> {
    let timer = setTimeout(() => {
      timer = setTimeout(() => waiting.reject(new Error('No result in time.')), giveUpMs - takeOverMs);
      this.#takeOver(waiting);
    }, takeOverMs);
    try {
      return await result;
    } finally {
      clearTimeout(timer);
    }
  }

  #takeOver(waiting: Waiting<T, R>): void {
    const isOther = (other: Waiting<T, R>) => other !== waiting;
    const { urgent, rest } = this.#lanes;
    if ([...urgent, ...rest].every(isOther)) return; // its group has set out
    this.#lanes = { urgent: [waiting, ...urgent.filter(isOther)], rest: rest.filter(isOther) };
    this.#taken.clear();
    this.#next();
  }

  /** Has the first that waits lead a group, if it is time. It leaves the queue at once: if it is dead, no other waits. */
  #next(): void {
    const [first, second] = this.#taken;
    if (second || (first && !(2 * this.depth >= first.size))) return;
    this.#dropLate();
    const [leader] = this.#shift(1, Number.POSITIVE_INFINITY);
    if (!leader) return;
    const group = { size: Number.NaN };
    this.#taken.add(group);
    leader.lead(group);
  }

  /** Drops what has waited too long, before it costs anything. */
  #dropLate(): void {
    const since = Date.now() - this.#limits.waitingMs;
    for (const lane of Object.values(this.#lanes)) {
      const late = lane.findIndex(({ addedAt }) => addedAt > since);
      for (const { bytes, reject } of lane.splice(0, late < 0 ? lane.length : late)) {
        this.#waitingBytes -= bytes;
        reject(new Error('It waited too long.'));
      }
    }
  }

  async #lead(leader: Waiting<T, R>, group: Group): Promise<void> {
    const members: Members<T, R> = [leader];
    try {
      const results = await this.#gatherAndTake(leader, members, group);
      if (results.length !== members.length) throw new Error('A group has other results than items.');
      // Sound: there are as many results as items.
      for (const [index, { resolve }] of members.entries()) resolve(results[index] as R);
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  async #gatherAndTake(leader: Waiting<T, R>, members: Members<T, R>, group: Group): Promise<readonly R[]> {
    try {
      members.push(...this.#shift(this.#limits.count - 1, this.#limits.bytes - leader.bytes));
      group.size = members.length;
      return await this.#take(members.map(({ item }) => item));
    } finally {
      // The next group sets out before anyone is answered, so that its round trip begins that much earlier.
      this.#taken.delete(group);
      this.#next();
    }
  }

  /** Takes from the queue those that come first, as many as there is room for. */
  #shift(count: number, bytes: number): Waiting<T, R>[] {
    const taken: Waiting<T, R>[] = [];
    let room = bytes;
    for (const lane of Object.values(this.#lanes)) {
      let size = 0;
      while (size < lane.length && taken.length + size < count && room >= (lane[size]?.bytes ?? 0)) {
        room -= lane[size]?.bytes ?? 0;
        size += 1;
      }
      taken.push(...lane.splice(0, size));
      if (lane.length > 0) break; // the next would overtake
    }
    for (const waiting of taken) this.#waitingBytes -= waiting.bytes;
    return taken;
  }
}
