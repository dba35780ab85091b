import { type Sum, toSums } from '../metrics/catalogue.ts';
import { fold } from '../metrics/fold.ts';
import type { Entry } from './entry.ts';
import { foldOpenCheckouts } from './open-checkouts.ts';

/**
 * What the tables below are folded by. Whoever changes `fold` or `foldOpenCheckouts` adds one: a shard that finds
 * another number starts over, and folds the log from its beginning.
 */
const foldVersion = 2;

/**
 * What a shard folds out of its entries, in its own SQLite: the sums, and the sessions that may still be paid in. They
 * move together with the watermark, the id of the last entry in them. Ids come in order, so "above the watermark" is
 * exactly "not in them yet".
 */
export class Projections {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(`
      create table if not exists sums (
        metric text, labels text, part text, value real not null, primary key (metric, labels, part)
      ) without rowid;
      create table if not exists open_checkouts (
        session_id text primary key, proposal_id integer not null, due_at integer not null,
        expires_at integer not null, lease_ms integer not null
      ) without rowid;
      create index if not exists open_checkouts_due on open_checkouts (due_at);
      create index if not exists open_checkouts_proposal on open_checkouts (proposal_id);
      create table if not exists watermark (one integer primary key check (one = 1), id integer not null);
      insert or ignore into watermark values (1, 0);`);
    if (storage.kv.get('fold_version') !== foldVersion) this.reset();
  }

  get watermark(): number {
    return this.#storage.sql.exec<{ id: number }>('select id from watermark').one().id;
  }

  /** Forgets all of it, so that the log is folded from its beginning. */
  reset(): void {
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec('delete from sums; delete from open_checkouts; update watermark set id = 0;');
      this.#storage.kv.put('fold_version', foldVersion);
    });
  }

  /**
   * Folds the entries that are not in yet, all or none. They are in order, and all of the shard's above `from`; if the
   * watermark is below that by now, there was a reset meanwhile, and they are not taken. Tells whether they were.
   */
  fold(entries: readonly Entry[], from: number): boolean {
    return this.#storage.transactionSync(() => {
      const { watermark } = this;
      if (watermark < from) return false;
      const fresh = entries.filter((entry) => entry.id > watermark);
      const last = fresh.at(-1);
      if (!last) return true;
      for (const entry of fresh) {
        this.#count(entry);
        foldOpenCheckouts(this.#storage.sql, entry);
      }
      this.#storage.sql.exec('update watermark set id = ?', last.id);
      return true;
    });
  }

  sums(): Sum[] {
    type Row = { metric: Sum['metric']; labels: string; part: string; value: number };
    return this.#storage.sql
      .exec<Row>('select metric, labels, part, value from sums')
      .toArray()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }

  #count(entry: Entry): void {
    for (const { metric, labels, part, value } of fold(entry).flatMap(toSums)) {
      this.#storage.sql.exec(
        'insert into sums values (?, ?, ?, ?) on conflict do update set value = value + excluded.value',
        metric,
        JSON.stringify(labels),
        part,
        value,
      );
    }
  }
}
