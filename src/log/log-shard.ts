import { DurableObject } from 'cloudflare:workers';
import { readConfig } from '../config.ts';
import { createDatabase, type Database, sqlState } from '../db/client.ts';
import type { Staff } from '../domain/actor.ts';
import type { Rejection } from '../domain/decision.ts';
import { describeCauses } from '../errors.ts';
import type { Sum } from '../metrics/catalogue.ts';
import { appendGroup, readAbove, readChanges, type Segment } from './append.ts';
import { AppendTurns } from './append-turns.ts';
import { askingStaff, type Command, deadlineMs, groupLimits, lookedUpKeys, type Result } from './command.ts';
import { beginGeneration, type ShardPosition, wrongGeneration } from './generation.ts';
import { GroupQueue } from './group-queue.ts';
import { loadGroup } from './load.ts';
import type { DueCheckout } from './open-checkouts.ts';
import { repairOutbox } from './outbox.ts';
import { planGroup, type Writes } from './plan.ts';
import { Pokes } from './pokes.ts';
import { ReadModel } from './read-model.ts';
import { type Reconciliation, toReconciliationSums } from './reconciliation.ts';
import type { SeriesFrom, SeriesPage } from './series-text.ts';
import { saveSnapshots } from './snapshots.ts';
import { tallyOf } from './tallies.ts';
import { decodeCommand, encodeResult, type OldTally, toSum } from './wire.ts';

/** A command that loses a race this often is refused, and may be sent again. */
const attempts = 3;

/**
 * The one writer of its share of the log: it decides and appends commands in groups, and keeps projections of what was
 * appended. What it holds in memory may be lost at any moment.
 */
export class LogShard extends DurableObject<Env> {
  /** The most commands in a group. */
  static readonly groupLimit: number = groupLimits.count;

  readonly #config = readConfig(this.env);
  readonly #readModel = new ReadModel(this.ctx.storage);
  readonly #commands = new GroupQueue<Command, Result>((group) => this.#commit(group), {
    ...groupLimits,
    count: (this.constructor as typeof LogShard).groupLimit,
  });
  readonly #turns = new AppendTurns();
  readonly #pokes = new Pokes(this.env.COURIER);
  #database: Database | undefined;

  /** Answers once the command is in the log or refused by it; `log_unavailable` where that is not known. */
  async execute(command: Command): Promise<Result> {
    return encodeResult(await this.#add(decodeCommand(command)));
  }

  /** The same for several commands, which go in one group if nothing else waits. One result per command, in order. */
  executeAll(commands: readonly Command[]): Promise<Result[]> {
    return Promise.all(commands.map((command) => this.execute(command)));
  }

  /**
   * The same for one of a kind that the version before does not know, and which would fail its group there: by a method that
   * it does not know either.
   */
  executeBooking(command: Command): Promise<Result> {
    return this.execute(command);
  }

  /** The same, for Workers of the version before. */
  executeAlone(command: Command): Promise<Result> {
    return this.execute(command);
  }

  /** A page of the series over this shard's entries. */
  async series(from: SeriesFrom): Promise<SeriesPage | Rejection> {
    const failure = await this.#closeGap();
    if (failure) return failure;
    const gauges = await this.#gauges();
    if (from && 'orgId' in from)
      return { blocks: this.#readModel.seriesOfOrg(from.orgId, gauges), next: null };
    return this.#readModel.page(from, gauges);
  }

  /** The sums over this shard's entries, for Workers of the version before. */
  async sums(): Promise<{ readonly sums: Sum[] } | Rejection> {
    const failure = await this.#closeGap();
    if (failure) return failure;
    return { sums: [...this.#readModel.sums(), ...(await this.#gauges())] };
  }

  /** Folds everything that the log holds and the projections lack. Returns the checkpoint it came to. */
  async catchUp(): Promise<{ readonly checkpoint: number } | Rejection> {
    if (this.#readModel.rebuild.isUnderWay) await this.rebuild(); // it was cut off, or is running
    try {
      await this.#catchUp();
      return { checkpoint: this.#readModel.checkpoint };
    } catch (error) {
      return unavailable(error);
    }
  }

  /** Looks up what the clock will make of the proposals that changed, for as long as a run of the cron may. */
  async noteLapses(): Promise<Rejection | object> {
    try {
      await this.#readModel.noteLapses(
        (from, upTo) => readChanges(this.#db, this.#position, from, upTo),
        async (ids) => (await this.#load(ids, [], [])).proposals,
      );
      return {};
    } catch (error) {
      return unavailable(error);
    }
  }

  /** Puts into the outbox what a version before this one did not, for as long as a run of the cron may. */
  async repairOutbox(): Promise<Rejection | object> {
    try {
      const { checkpoint } = this.#readModel;
      await repairOutbox(this.#db, this.#position, this.ctx.storage, checkpoint, this.#config.hasMail);
      return {};
    } catch (error) {
      return unavailable(error);
    }
  }

  /** Begins to fold the sums again, from the beginning of the log. Scrapes show those of before until that is done. */
  async rebuild(): Promise<void> {
    const { rebuild } = this.#readModel;
    rebuild.begin();
    this.ctx.waitUntil(rebuild.run((checkpoint) => this.#readAbove(checkpoint)).catch(unavailable));
  }

  /** Counts what leaves no entry in the log. */
  async count(sums: Sum[]): Promise<void> {
    this.#readModel.tally(sums);
  }

  /** The same, for Workers of the version before. */
  async tally(tallies: OldTally[]): Promise<void> {
    this.#readModel.tally(tallies.map(toSum));
  }

  /** The sessions that the reconciler should look at now. */
  async takeDueCheckouts(): Promise<DueCheckout[]> {
    return this.#readModel.takeDueCheckouts(new Date());
  }

  /** How far the reconciler has come. */
  async reconciliation(): Promise<Reconciliation> {
    return this.ctx.storage.kv.get<Reconciliation>('reconciliation') ?? {};
  }

  /** Notes how far the reconciler has come. Of two runs at once either may note last: reading events twice is harmless. */
  async noteReconciliation(noted: Reconciliation): Promise<void> {
    this.ctx.storage.kv.put('reconciliation', { ...(await this.reconciliation()), ...noted });
  }

  async #gauges(): Promise<Sum[]> {
    const { depth: value } = this.#commands;
    const depth = { metric: 'crm_portal_log_queue_depth', labels: {}, part: '', value } as const;
    return [...toReconciliationSums(await this.reconciliation()), depth];
  }

  #add(command: Command): Promise<Result> {
    return this.#commands.add(command).catch(unavailable);
  }

  /** Catches up if there is a gap: twice if it may have opened after the catch-up began that was running. */
  async #closeGap(): Promise<Rejection | null> {
    try {
      for (let time = 1; time <= 2 && this.#readModel.hasGap; time += 1) await this.#catchUp();
      return null;
    } catch (error) {
      return unavailable(error);
    }
  }

  #catchUp(): Promise<void> {
    return this.#readModel.catchUp((checkpoint) => this.#readAbove(checkpoint));
  }

  async #load(ids: readonly number[], keys: readonly string[], asking: readonly Staff[]) {
    const loaded = await loadGroup(this.#db, ids, keys, asking, this.#config);
    if (loaded.dueSnapshots.length > 0) this.ctx.waitUntil(saveSnapshots(this.#db, loaded.dueSnapshots));
    return loaded;
  }

  async #commit(
    group: readonly Command[],
    until = Date.now() + deadlineMs,
    attempt = 1,
  ): Promise<readonly Result[]> {
    try {
      return await this.#tryCommit(group);
    } catch (error) {
      // SQLSTATE class 22, 23 and 54 (bad data, a violated constraint, too large): one command is to blame, or another
      // instance of this shard came first. Each half is tried on a fresh read, down to a single command: so one that is
      // to blame costs the others a few round trips, while their callers wait. Other failures fail them all.
      const mayTryAgain = /^(2[23]|54)/.test(sqlState(error) ?? '') && Date.now() < until;
      if (mayTryAgain && group.length > 1) {
        const half = Math.ceil(group.length / 2);
        const first = await this.#commit(group.slice(0, half), until);
        return [...first, ...(await this.#commit(group.slice(half), until))];
      }
      if (mayTryAgain && attempt < attempts) return this.#commit(group, until, attempt + 1);
      const rejection = unavailable(error);
      return group.map(() => rejection);
    }
  }

  /** Two requests to the database, however many commands: three where the group before wrote what this one had loaded. */
  #tryCommit(group: readonly Command[]): Promise<readonly Result[]> {
    const proposalIds = group.flatMap((command) =>
      command.kind !== 'create_lead' && command.proposalId !== null ? [command.proposalId] : [],
    );
    const ids = [...new Set(proposalIds)];
    const keys = group.flatMap(lookedUpKeys);
    const asking = group.flatMap((command) => askingStaff(command) ?? []);
    return this.#turns.take(
      [...ids, ...keys],
      () => this.#load(ids, keys, asking),
      async (loaded, note) => {
        const now = new Date();
        const { writes, results } = planGroup(loaded, group, now);
        const tallies = tallyOf(group, results, now);
        if (writes.entries.length === 0 && writes.stripeEvents.length === 0) {
          this.#readModel.count(tallies);
          return results;
        }
        note(writes.entries.flatMap(({ proposalId, dedupeKey }) => [proposalId ?? dedupeKey, dedupeKey]));
        await this.#append(writes, tallies);
        return results;
      },
    );
  }

  async #append(writes: Writes, tallies: readonly Sum[]): Promise<void> {
    try {
      const { head } = this.#readModel;
      const appended = await this.#inGeneration((db) => appendGroup(db, this.#position, head, writes));
      this.#readModel.add(appended, tallies);
      for (const orgId of new Set(writes.owed.map((one) => one.orgId)))
        this.ctx.waitUntil(this.#pokes.poke(orgId));
    } catch (error) {
      this.#readModel.openGap(); // where the reply was lost, the append may be committed
      throw error;
    }
  }

  #readAbove(checkpoint: number): Promise<Segment> {
    return this.#inGeneration((db) => readAbove(db, this.#position, checkpoint));
  }

  /** Does what only the writing generation may do; if that is another one, ours takes over first. */
  async #inGeneration<T>(work: (db: Database) => Promise<T>): Promise<T> {
    try {
      return await work(this.#db);
    } catch (error) {
      if (sqlState(error) !== wrongGeneration) throw error;
      await beginGeneration(this.#db, this.#position);
      return work(this.#db);
    }
  }

  /** Made at the first use: a shard without a database URL can still count. */
  get #db(): Database {
    this.#database ??= createDatabase(this.#config.databaseUrl);
    return this.#database;
  }

  /** Shards are named `{index}/{count}`. Another count is another generation, which folds the log from its beginning. */
  get #position(): ShardPosition {
    const [index = Number.NaN, count = Number.NaN] = (this.ctx.id.name ?? '').split('/').map(Number);
    return { index, count };
  }
}

/** A rejection instead of an error: the platform logs the message of what is thrown, and databases quote customers' data. */
function unavailable(error: unknown): Rejection {
  console.error(JSON.stringify({ log_shard: 'failed', causes: describeCauses(error) }));
  return { rejected: 'log_unavailable', detail: 'The activity log cannot be reached. Try again.' };
}
