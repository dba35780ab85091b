import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';

/** A limit of wrangler.toml, and what it counts. Cloudflare counts at each location by itself. */
type Limited = { readonly limit: keyof Deps['rateLimits']; readonly key: string };

/**
 * Counts a request against limits, the narrowest first, and throws `rate_limited` at the first that is reached: what is refused
 * uses up no wider one, or else one client could use up what all have.
 */
export async function countAgainst(deps: Deps, limited: readonly Limited[]): Promise<void> {
  for (const { limit, key } of limited) {
    const checked = await deps.rateLimits[limit]?.limit({ key }); // workerd by itself has no rate limits
    if (checked?.success === false) throw refusal(deps, limit);
  }
}

/** No request lives this long. One that dies, as when its client goes away, gives nothing back. */
const lifeMs = 60_000;

/** What one isolate does at once at most, since it holds up everything else there: more is refused at once. */
export class AtOnce {
  readonly #limit: string;
  readonly #most: number;
  /** When each that is under way began. */
  readonly #underWay = new Map<symbol, number>();

  constructor(limit: string, most: number) {
    this.#limit = limit;
    this.#most = most;
  }

  /** Does the work, or throws `rate_limited`. */
  async run<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
    const now = Date.now();
    for (const [one, begunAt] of this.#underWay) if (now - begunAt > lifeMs) this.#underWay.delete(one);
    if (this.#underWay.size >= this.#most) throw refusal(deps, this.#limit);
    const place = Symbol();
    this.#underWay.set(place, now);
    try {
      return await work();
    } finally {
      this.#underWay.delete(place);
    }
  }
}

/** How long one's turn lasts at most, for a reader that does not read on; and how long others wait for theirs. */
const turnMs = 10_000;

const [pollMs, deadMs] = [10, 3_000];

/** Somebody's place in line, and when they last asked whether it is their turn. */
type Place = { readonly turn: symbol; polledAt: number };

/**
 * What one isolate does one after the other, with a pause after each that is as long as it took: so half of the isolate's
 * time is left, however often it is asked. A few wait in line, more are refused at once. Each polls with a timer of its own,
 * since a request must not wait for another one to be done; one that has stopped polling is dead, and leaves the line.
 */
export class InTurn {
  readonly #limit: string;
  readonly #mostWaiting: number;
  readonly #line: Place[] = [];
  #last: symbol | undefined;
  #busyUntil = 0;

  constructor(limit: string, mostWaiting: number) {
    this.#limit = limit;
    this.#mostWaiting = mostWaiting;
  }

  /** Yields what the work yields, in its turn, or throws `rate_limited`. */
  async *pass<T>(deps: Deps, work: AsyncGenerator<T>): AsyncGenerator<T> {
    const turn = await this.#wait(deps);
    const begunAt = Date.now();
    this.#last = turn;
    this.#busyUntil = begunAt + turnMs;
    let hasYielded = false;
    try {
      for await (const part of work) {
        hasYielded = true;
        yield part;
      }
    } finally {
      const now = Date.now();
      // What yielded nothing only waited.
      const pauseMs = hasYielded ? Math.min(now - begunAt, turnMs) : 0;
      if (this.#last === turn) this.#busyUntil = now + pauseMs;
    }
  }

  async #wait(deps: Deps): Promise<symbol> {
    this.#dropDead();
    if (this.#line.length >= this.#mostWaiting) throw refusal(deps, this.#limit);
    const place = { turn: Symbol(), polledAt: Date.now() };
    this.#line.push(place);
    try {
      for (let waitedMs = 0; this.#line[0] !== place || this.#isBusy(); waitedMs += pollMs) {
        if (waitedMs >= turnMs) throw refusal(deps, this.#limit);
        await new Promise((resolve) => setTimeout(resolve, pollMs));
        place.polledAt = Date.now();
        this.#dropDead();
      }
      return place.turn;
    } finally {
      this.#leave(place);
    }
  }

  #dropDead(): void {
    const now = Date.now();
    for (const place of [...this.#line]) if (Math.abs(now - place.polledAt) > deadMs) this.#leave(place);
  }

  #leave(place: Place): void {
    const index = this.#line.indexOf(place);
    if (index >= 0) this.#line.splice(index, 1);
  }

  #isBusy(): boolean {
    const leftMs = this.#busyUntil - Date.now();
    return leftMs > 0 && leftMs <= turnMs; // more: the clock was set back
  }
}

function refusal(deps: Deps, limit: string): AppError {
  deps.count({ metric: 'crm_portal_limited_requests_total', labels: { limit }, value: 1 });
  return new AppError('rate_limited', 'Too many requests. Try again in a minute.');
}
