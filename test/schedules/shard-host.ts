import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { LogShard } from '../../src/log/log-shard.ts';
import { Process, type Scheduler } from './scheduler.ts';

// Cloudflare's Durable Objects, simulated in Node so that thousands of schedules run in minutes. Storage is SQLite, calls
// copy their arguments, and a reset object loses its memory and its storage access. Only what we rely on is simulated; the
// full-stack schedules check that the real runtime does the same.

/** A fault of a call to a shard. */
export type CallFault = 'reset before' | 'reset after' | 'overloaded' | 'reply lost';

type Life = { readonly process: Process; readonly instance: LogShard };

/** One shard: its storage outlives its objects. */
class Shard {
  readonly storage = new Storage();
  life: Life | null = null;
  /** A second object that acts as the same shard, while there is one. */
  twin: Life | null = null;
}

export class ShardHost {
  readonly #shards = new Map<string, Shard>();
  readonly #scheduler: Scheduler;
  readonly #create: (name: string, storage: unknown) => LogShard;
  readonly #nextFault: () => CallFault | undefined;

  constructor(options: {
    scheduler: Scheduler;
    create: (name: string, storage: unknown) => LogShard;
    nextFault: () => CallFault | undefined;
  }) {
    this.#scheduler = options.scheduler;
    this.#create = options.create;
    this.#nextFault = options.nextFault;
  }

  /** As the binding `LOG_SHARD`. */
  get namespace() {
    return {
      getByName: (name: string) =>
        new Proxy({} as Record<string, unknown>, {
          get: (_, method: string) =>
            method === 'then' ? undefined : (...args: unknown[]) => this.#call(name, method, args),
        }),
    };
  }

  /** The storage of a shard that has folded, and looked up, everything up to `checkpoint`. */
  prepare(name: string, checkpoint: number): void {
    const shard = this.#shard(name);
    this.#start(name, shard.storage);
    shard.storage.sql.exec('update checkpoints set position = ?', checkpoint);
    shard.storage.kv.put('lapses_until', checkpoint);
  }

  /** Resets the object: its work is lost, and its callers get an error. */
  evict(name: string): void {
    const shard = this.#shard(name);
    for (const life of [shard.life, shard.twin]) life?.process.die(resetError());
    shard.life = null;
    shard.twin = null;
  }

  /** From now on every other call reaches a second object, on a copy of the storage. */
  duplicate(name: string): void {
    const shard = this.#shard(name);
    shard.twin ??= this.#start(name, shard.storage.copy());
  }

  /** Removes the second object, with its storage. */
  endDuplicates(): void {
    for (const shard of this.#shards.values()) {
      shard.twin?.process.die(resetError());
      shard.twin = null;
    }
  }

  #shard(name: string): Shard {
    const shard = this.#shards.get(name) ?? new Shard();
    this.#shards.set(name, shard);
    return shard;
  }

  #start(name: string, storage: Storage): Life {
    const process = new Process();
    const instance = this.#scheduler.as(process, () => this.#create(name, storage.for(process)));
    return { process, instance };
  }

  #calls = 0;

  async #call(name: string, method: string, args: unknown[]): Promise<unknown> {
    const fault = this.#nextFault();
    const sent = structuredClone(args);
    // The call travels, is handled, and the reply travels back.
    const reply = await this.#scheduler.turn(async () => {
      if (fault === 'overloaded')
        throw Object.assign(new Error('Overloaded.'), { overloaded: true, retryable: true });
      if (fault === 'reset before') {
        this.evict(name);
        throw resetError();
      }
      const shard = this.#shard(name);
      this.#calls += 1;
      if (shard.twin && !shard.twin.process.isDead && this.#calls % 2 === 0)
        return this.#work(shard.twin, method, sent);
      if (!shard.life || shard.life.process.isDead) shard.life = this.#start(name, shard.storage);
      return this.#work(shard.life, method, sent);
    });
    const answer = await reply.result;
    return this.#scheduler.turn(async () => {
      if (fault === 'reset after') this.evict(name);
      if (fault === 'reply lost' || fault === 'reset after' || reply.life.process.isDead) throw resetError();
      return structuredClone(answer);
    });
  }

  /** Boxed: a promise returned bare from a turn would be awaited in it. */
  async #work(life: Life, method: string, args: unknown[]) {
    const work = (life.instance as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
      method
    ];
    const result =
      this.#scheduler.as(life.process, () => work?.apply(life.instance, args)) ?? Promise.resolve();
    const answered = Promise.race([result, life.process.death]);
    answered.catch(() => {}); // it may fail before it is awaited
    return { life, result: answered };
  }
}

function resetError(): Error {
  return Object.assign(new Error('The object was reset.'), { retryable: true });
}

/** https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/, as far as we use it. */
class Storage {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #values = new Map<string, unknown>();

  constructor(db = new DatabaseSync(':memory:')) {
    this.#db = db;
  }

  readonly sql = {
    exec: (query: string, ...values: (string | number | null)[]) => {
      const rows = values.length > 0 || /^\s*select/i.test(query) ? this.#prepare(query).all(...values) : [];
      if (values.length === 0 && !/^\s*select/i.test(query)) this.#db.exec(query);
      return {
        toArray: () => rows,
        one: () => {
          if (rows.length !== 1) throw new Error(`Expected one row, not ${rows.length}.`);
          return rows[0];
        },
      };
    },
  };

  readonly kv = {
    get: (key: string) => structuredClone(this.#values.get(key)),
    put: (key: string, value: unknown) => void this.#values.set(key, structuredClone(value)),
  };

  transactionSync<T>(work: () => T): T {
    this.#db.exec('begin');
    try {
      const result = work();
      this.#db.exec('commit');
      return result;
    } catch (error) {
      this.#db.exec('rollback');
      throw error;
    }
  }

  /** The storage for one life of its object: closed when that ends. */
  for(process: Process): object {
    const fenced = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, name) => {
          if (process.isDead) throw new Error('This object is no more.');
          const value = Reflect.get(object, name, object);
          return typeof value === 'function' ? value.bind(object) : value;
        },
      });
    return fenced({
      sql: fenced(this.sql),
      kv: fenced(this.kv),
      transactionSync: <T>(work: () => T) => this.transactionSync(work),
    });
  }

  copy(): Storage {
    const copy = new Storage();
    const tables = this.#db
      .prepare("select name, sql from sqlite_master where sql is not null order by type = 'index'")
      .all();
    for (const { sql } of tables) copy.#db.exec(String(sql));
    for (const { name, sql } of tables) {
      if (!/^create table/i.test(String(sql))) continue;
      for (const row of this.#db.prepare(`select * from ${name}`).all()) {
        const columns = Object.keys(row);
        const marks = columns.map(() => '?').join(', ');
        copy.#db.prepare(`insert into ${name} values (${marks})`).run(...(Object.values(row) as string[]));
      }
    }
    copy.#values = structuredClone(this.#values);
    return copy;
  }

  #prepare(query: string): StatementSync {
    const statement = this.#statements.get(query) ?? this.#db.prepare(query);
    this.#statements.set(query, statement);
    return statement;
  }
}
