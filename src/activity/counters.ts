import { type Sum, toSums } from '../metrics/catalogue.ts';
import { fold } from '../metrics/fold.ts';
import type { Entry } from './entry.ts';

/**
 * A shard's sums and its watermark, the id of the last entry in them, in the shard's own SQLite. Ids come in order, so
 * "above the watermark" is exactly "not yet counted".
 */
export class Counters {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(`
      create table if not exists sums (
        metric text, labels text, part text, value real not null, primary key (metric, labels, part)
      ) without rowid;
      create table if not exists watermark (one integer primary key check (one = 1), id integer not null);
      insert or ignore into watermark values (1, 0);`);
  }

  get watermark(): number {
    return this.#storage.sql.exec<{ id: number }>('select id from watermark').one().id;
  }

  /** Counts the entries that are not counted yet, all or none. `entries` is in order of id, without gaps. */
  count(entries: readonly Entry[]): void {
    this.#storage.transactionSync(() => {
      const { watermark } = this;
      const uncounted = entries.filter((entry) => entry.id > watermark);
      const last = uncounted.at(-1);
      if (!last) return;
      for (const { metric, labels, part, value } of uncounted.flatMap(fold).flatMap(toSums)) {
        this.#storage.sql.exec(
          'insert into sums values (?, ?, ?, ?) on conflict do update set value = value + excluded.value',
          metric,
          JSON.stringify(labels),
          part,
          value,
        );
      }
      this.#storage.sql.exec('update watermark set id = ?', last.id);
    });
  }

  sums(): Sum[] {
    type Row = { metric: Sum['metric']; labels: string; part: string; value: number };
    return this.#storage.sql
      .exec<Row>('select metric, labels, part, value from sums')
      .toArray()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }
}
