import { waitUntil } from 'cloudflare:workers';
import type { Config } from '../config.ts';
import { type Deadline, withDeadline } from '../deadline.ts';
import { orThrow, type Rejection } from '../domain/decision.ts';
import type { Proposal } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import type { Sum } from '../metrics/catalogue.ts';
import type { SeriesBlock } from '../metrics/exposition.ts';
import { inSpan } from '../tracing.ts';
import { type Accepted, type Command, deadlineMs, groupLimits, type Result } from './command.ts';
import { GroupQueue } from './group-queue.ts';
import type { LogShard } from './log-shard.ts';
import type { DueCheckout } from './open-checkouts.ts';
import type { Reconciliation } from './reconciliation.ts';
import type { SeriesFrom, SeriesPage } from './series-text.ts';
import { countOn, executeAll, seriesOf } from './wire.ts';

/** A command that has waited this long for the isolate's call before it goes in a call of its own, beside that one. */
const takeOverMs = 2_000;

type Stub = DurableObjectStub<LogShard>;

/**
 * The Worker's side of the one writer: which shard to ask, for how long, and what its silence means. An isolate makes at
 * most two calls at once to a shard; what comes meanwhile goes together with the next.
 */
export class Shards {
  readonly #namespace: DurableObjectNamespace<LogShard>;
  readonly #count: number;
  readonly #locationHint: DurableObjectLocationHint | undefined;
  readonly #queues = new Map<number, GroupQueue<Command, Result>>();

  constructor(
    namespace: DurableObjectNamespace<LogShard>,
    { shardCount, locationHint }: Pick<Config, 'shardCount' | 'locationHint'>,
  ) {
    this.#namespace = namespace;
    this.#count = shardCount;
    this.#locationHint = locationHint;
  }

  /**
   * Has a command decided and its entries appended: at most one call to one shard, which others may share. Throws a
   * rejection as an `AppError`, and `log_unavailable` where the outcome is unknown; every command can be sent again.
   */
  execute(command: Extract<Command, { kind: 'settle' | 'create_lead' | 'note_booking' }>): Promise<Accepted>;
  execute(command: Command): Promise<Accepted & { proposal: Proposal }>;
  async execute(command: Command): Promise<Accepted> {
    const startedAt = Date.now();
    let result = await this.#ask(command, shardKey(command));
    if ('belongsTo' in result && command.kind === 'settle') {
      const { belongsTo: proposalId } = result;
      const again = () => this.#ask({ ...command, proposalId }, proposalId);
      result = await withDeadline(startedAt + deadlineMs - Date.now(), again, noAnswer).catch(toUnavailable);
    }
    if ('belongsTo' in result) {
      throw new AppError('log_unavailable', 'The session changed its proposal while it was recorded.');
    }
    return orThrow(result);
  }

  /** Counts what leaves no entry in the log. */
  count(sums: Sum[]): Promise<void> {
    return this.#call(0, (stub) => countOn(stub, sums));
  }

  /**
   * The series of each shard, in order, of all orgs or one. They are read page by page, one page ahead. Throws
   * `log_unavailable`: the sums of only some shards would look like a drop.
   */
  series(orgId?: string): AsyncGenerator<SeriesBlock>[] {
    return Array.from({ length: this.#count }, (_, index) =>
      this.#seriesOf(index, orgId === undefined ? null : { orgId }),
    );
  }

  /** Has every shard fold what the log holds and its projections lack. */
  async catchUp(): Promise<void> {
    await this.#callAll(async (stub): Promise<object> => stub.catchUp());
  }

  /** Has every shard look up what the clock will make of its proposals. */
  async noteLapses(): Promise<void> {
    await this.#callAll(async (stub): Promise<object> => stub.noteLapses());
  }

  /** Has every shard put into the outbox what a version before did not. */
  async repairOutbox(): Promise<void> {
    await this.#callAll(async (stub): Promise<object> => stub.repairOutbox());
  }

  /** Has every shard begin to fold its sums again, from the beginning of the log. */
  async rebuild(): Promise<void> {
    await this.#callAll(async (stub): Promise<object> => {
      await stub.rebuild();
      return {};
    });
  }

  /** The sessions of all shards that the reconciler should look at now. They are not handed out again for a while. */
  async takeDueCheckouts(): Promise<DueCheckout[]> {
    const all = await this.#callAll(async (stub): Promise<DueCheckout[]> => stub.takeDueCheckouts());
    return all.flat();
  }

  /** How far the reconciler has come. The first shard knows; in another generation the reconciler starts over. */
  reconciliation(): Promise<Reconciliation> {
    return this.#call(0, async (stub): Promise<Reconciliation> => stub.reconciliation());
  }

  noteReconciliation(noted: Reconciliation): Promise<void> {
    return this.#call(0, async (stub): Promise<void> => stub.noteReconciliation(noted));
  }

  async #callAll<T extends object>(call: (stub: Stub) => Promise<T>): Promise<Exclude<T, Rejection>[]> {
    const calls = Array.from({ length: this.#count }, (_, index) => this.#call(index, call));
    return (await Promise.all(calls)).map(orThrow);
  }

  async *#seriesOf(index: number, from: SeriesFrom): AsyncGenerator<SeriesBlock> {
    const read = async (position: SeriesFrom) =>
      orThrow(await this.#call(index, (stub) => seriesOf(stub, position)));
    for (let reading: ReturnType<typeof read> | null = read(from); reading; ) {
      const { blocks, next }: SeriesPage = await reading;
      reading = next && read(next);
      reading?.catch(() => {}); // it is awaited later, or not at all if the client goes away
      yield* blocks;
    }
  }

  async #ask(command: Command, key: number): Promise<Result> {
    if (command.kind === 'note_booking') {
      return this.#call(key % this.#count, async (stub): Promise<Result> => stub.executeBooking(command));
    }
    const queue = this.#queueOf(key % this.#count);
    const answer = queue.add(command).catch(toUnavailable);
    // It may lead a group later, so it lives on if its client goes away. Requests share this object, so `waitUntil` is
    // that of the one that runs.
    waitUntil(answer.catch(() => {}));
    return answer;
  }

  #queueOf(index: number): GroupQueue<Command, Result> {
    const known = this.#queues.get(index);
    if (known) return known;
    const take = (group: readonly Command[]) => {
      const call = this.#call(index, (stub) => executeAll(stub, group));
      waitUntil(call.catch(() => {})); // the leader may be answered, or give up, before its group is
      return call;
    };
    const queue = new GroupQueue(take, groupLimits, { takeOverMs, giveUpMs: deadlineMs });
    this.#queues.set(index, queue);
    return queue;
  }

  #call<T>(index: number, call: (stub: Stub) => Promise<T>): Promise<T> {
    // A stub that failed may stay broken: each attempt makes its own.
    const attempt = () => inSpan('shard', () => call(this.#stub(index)));
    const work = async (deadline: Deadline) => {
      try {
        return await attempt();
      } catch (error) {
        if (deadline.isOver || !isReset(error)) throw error;
        return attempt();
      }
    };
    return withDeadline(deadlineMs, work, noAnswer).catch(toUnavailable);
  }

  #stub(index: number): Stub {
    const options = this.#locationHint ? { locationHint: this.#locationHint } : {};
    return this.#namespace.getByName(`${index}/${this.#count}`, options);
  }
}

const noAnswer = () => new Error('The shard did not answer.');

/** Any failure of a shard, and its silence, is `log_unavailable`. */
function toUnavailable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError('log_unavailable', 'The activity log cannot be reached. Try again.', { cause });
}

/** The object was reset or moved, so one more attempt is worth it. An overloaded object is left alone. */
function isReset(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
  return retryable === true && overloaded !== true;
}

/** An entry belongs to the shard of its proposal, a lead to that of its org, money without a proposal to the first. */
function shardKey(command: Command): number {
  if (command.kind === 'create_lead') return command.actor.orgId;
  return command.proposalId ?? 0;
}
