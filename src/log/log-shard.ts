import { DurableObject } from 'cloudflare:workers';
import { readConfig } from '../config.ts';
import { createDatabase, type Database, sqlState } from '../db/client.ts';
import type { Rejection } from '../domain/decision.ts';
import { describeCauses } from '../errors.ts';
import type { Sum } from '../metrics/catalogue.ts';
import { appendGroup, beginGeneration, readAbove, type ShardPosition, wrongGeneration } from './append.ts';
import { type Command, keysOf, type Result } from './command.ts';
import { GroupCommit } from './group-commit.ts';
import { loadGroup } from './load.ts';
import { type DueCheckout, takeDueCheckouts } from './open-checkouts.ts';
import { planGroup } from './plan.ts';
import { Projections } from './projections.ts';
import { type Reconciliation, toReconciliationSums } from './reconciliation.ts';
import { Tallies, tallyOf } from './tallies.ts';
import type { Tally } from './webhook-tally.ts';

/** Whoever lost a race this often is told to come again. */
const attempts = 3;

/**
 * The one writer of its share of the log: decides and appends commands in groups, and keeps the sums of what was
 * appended. All it knows beyond the log is in memory and may be lost at any moment.
 */
export class LogShard extends DurableObject<Env> {
  /** Commands in a group at most: enough to share a round trip, few enough to stay far from the deadline. */
  static readonly groupLimit: number = 64;

  readonly #config = readConfig(this.env);
  readonly #projections = new Projections(this.ctx.storage);
  readonly #tallies = new Tallies(this.ctx.storage);
  readonly #commands = new GroupCommit<Command, Result>(
    (group) => this.#commit(group),
    (this.constructor as typeof LogShard).groupLimit,
  );
  /** Moments since which the log may hold more than the sums: the start, and every append of unknown outcome. */
  #doubts = 1;
  /** How many of them a read of the log has settled. */
  #settledDoubts = 0;
  #rebuiltAt = 0;

  /** Answers when the command is in the log, or refused by it; `log_unavailable` where that is not known. */
  execute(command: Command): Promise<Result> {
    return this.#commands.add(command);
  }

  /** The sums over this shard's entries. */
  async sums(): Promise<{ readonly sums: Sum[] } | Rejection> {
    const read = this.#settledDoubts === this.#doubts ? null : await this.catchUp();
    if (read && 'rejected' in read) return read;
    const run = toReconciliationSums(await this.reconciliation());
    return { sums: [...this.#projections.sums(), ...this.#tallies.sums(), ...run] };
  }

  /** Folds whatever is in the log and not in yet, and tells up to where. */
  async catchUp(): Promise<{ readonly watermark: number } | Rejection> {
    const doubts = this.#doubts; // one that arises meanwhile is not settled
    try {
      for (let isDone = false; !isDone; ) {
        const { watermark } = this.#projections;
        const page = await this.#inGeneration((db) => readAbove(db, this.#position, watermark));
        isDone = this.#projections.fold(page, watermark) && page.isLast;
      }
      this.#settledDoubts = doubts;
      return { watermark: this.#projections.watermark };
    } catch (error) {
      return unavailable(error);
    }
  }

  /**
   * Begins to fold the log from its beginning. There is no scrape until that is done. Asked again within a minute, it
   * goes on with what was begun: who is told to wait and asks again must not begin it anew.
   */
  async rebuild(): Promise<void> {
    if (Date.now() < this.#rebuiltAt + 60_000) return;
    this.#rebuiltAt = Date.now();
    this.#doubts += 1;
    this.#projections.reset();
    this.ctx.waitUntil(this.catchUp());
  }

  /** Counts events that were not for any shard. */
  async tally(tallies: Tally[]): Promise<void> {
    this.#tallies.add(tallies);
  }

  /** The sessions that the reconciler should look at now. */
  async takeDueCheckouts(): Promise<DueCheckout[]> {
    return takeDueCheckouts(this.ctx.storage.sql, new Date());
  }

  /** How far the reconciler has come. */
  async reconciliation(): Promise<Reconciliation> {
    return this.ctx.storage.kv.get<Reconciliation>('reconciliation') ?? {};
  }

  /** Notes how far the reconciler has come. Of two at once either may be noted last: what is read twice is told once. */
  async noteReconciliation(noted: Reconciliation): Promise<void> {
    this.ctx.storage.kv.put('reconciliation', { ...(await this.reconciliation()), ...noted });
  }

  async #commit(group: readonly Command[], attempt = 1): Promise<readonly Result[]> {
    try {
      return await this.#tryCommit(group);
    } catch (error) {
      // SQLSTATE class 22, 23 and 54 (bad data, a violated constraint, too large) are one command's doing, or a shard
      // alive elsewhere got there first: each command has its own chance, on a fresh read. Else all fail alike.
      const oneIsToBlame = /^(2[23]|54)/.test(sqlState(error) ?? '');
      if (!oneIsToBlame || (group.length === 1 && attempt === attempts)) {
        const rejection = unavailable(error);
        return group.map(() => rejection);
      }
      const results: Result[] = [];
      const next = group.length === 1 ? attempt + 1 : 1;
      for (const command of group) results.push(...(await this.#commit([command], next)));
      return results;
    }
  }

  /** Two requests to the database, however many commands. */
  async #tryCommit(group: readonly Command[]): Promise<readonly Result[]> {
    const db = this.#db();
    const proposalIds = group.flatMap((command) =>
      command.kind !== 'create_lead' && command.proposalId !== null ? [command.proposalId] : [],
    );
    const keys = group.flatMap(keysOf);
    const loaded = await loadGroup(db, [...new Set(proposalIds)], keys, this.#config.depositPercent);
    const { writes, results } = planGroup(loaded, group, new Date());
    if (writes.entries.length === 0 && writes.stripeEvents.length === 0) return results;

    try {
      const { watermark } = this.#projections;
      const page = await this.#inGeneration(() => appendGroup(db, this.#position, watermark, writes));
      const isAll = this.#projections.fold(page, watermark) && page.isLast;
      if (isAll) this.#settledDoubts = this.#doubts;
      else this.#doubts += 1;
      this.#tallies.add(tallyOf(group, results));
    } catch (error) {
      this.#doubts += 1; // a lost reply: it may have been committed
      throw error;
    }
    return results;
  }

  /** Does what only the shards that write may do; if others do, ours take over first. */
  async #inGeneration<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const db = this.#db();
    try {
      return await work(db);
    } catch (error) {
      if (sqlState(error) !== wrongGeneration) throw error;
      await beginGeneration(db, this.#position);
      return work(db);
    }
  }

  /** Shards are named `{index}/{count}`: another count is another generation, which folds the log from its beginning. */
  get #position(): ShardPosition {
    const [index = Number.NaN, count = Number.NaN] = (this.ctx.id.name ?? '').split('/').map(Number);
    return { index, count };
  }

  #db() {
    return createDatabase(this.#config.databaseUrl);
  }
}

/** What it was stays in our log: thrown, the platform would log its message, and a database error quotes customers' data. */
function unavailable(error: unknown): Rejection {
  console.error(JSON.stringify({ log_shard: 'failed', causes: describeCauses(error) }));
  return { rejected: 'log_unavailable', detail: 'The activity log cannot be reached. Try again.' };
}
