import { type Increment, type Sum, toSums } from '../metrics/catalogue.ts';
import { fold } from '../metrics/fold.ts';
import type { Page } from './append.ts';
import { foldOpenCheckouts } from './open-checkouts.ts';

/**
 * What the tables below are folded by. Whoever changes `fold` or `foldOpenCheckouts` adds one: a shard that finds
 * another number starts over, and folds the log from its beginning.
 */
const foldVersion = 3;

/** Series that a shard may have: what one answer to a scrape can carry. An org has about a dozen. */
const defaultSeriesLimit = 50_000;

/**
 * What a shard folds out of its entries, in its own SQLite: the sums, and the sessions that may still be paid in. They
 * move together with the watermark, the id up to which the log is in them. Ids come in order, so "above the watermark" is
 * exactly "not in them yet".
 */
export class Projections {
  readonly #storage: DurableObjectStorage;
  readonly #seriesLimit: number;
  /** How many series there are; undefined while that is not known. */
  #seriesCount: number | undefined;

  constructor(storage: DurableObjectStorage, seriesLimit = defaultSeriesLimit) {
    this.#storage = storage;
    this.#seriesLimit = seriesLimit;
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
    this.#seriesCount = undefined;
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec('delete from sums; delete from open_checkouts; update watermark set id = 0;');
      this.#storage.kv.put('fold_version', foldVersion);
    });
  }

  /**
   * Folds what of the page is not in yet, all or none. The page was read above `from`; if the watermark is below that by
   * now, there was a reset meanwhile, and it is not taken. Tells whether it was.
   */
  fold(page: Page, from: number): boolean {
    try {
      return this.#storage.transactionSync(() => this.#tryFold(page, from));
    } catch (error) {
      this.#seriesCount = undefined; // what it counted was taken back
      throw error;
    }
  }

  #tryFold({ entries, upTo }: Page, from: number): boolean {
    const { watermark } = this;
    if (watermark < from) return false;
    for (const entry of entries.filter(({ id }) => id > watermark)) {
      for (const increment of fold(entry)) this.#count(increment);
      foldOpenCheckouts(this.#storage.sql, entry);
    }
    if (upTo > watermark) this.#storage.sql.exec('update watermark set id = ?', upTo);
    return true;
  }

  sums(): Sum[] {
    type Row = { metric: Sum['metric']; labels: string; part: string; value: number };
    return this.#storage.sql
      .exec<Row>('select metric, labels, part, value from sums')
      .toArray()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }

  /** Counts it; in a new series only while there are fewer than there may be. What is left out is counted as that. */
  #count(increment: Increment): void {
    const { sql } = this.#storage;
    const series = [increment.metric, JSON.stringify(increment.labels)] as const;
    const isKnown =
      sql.exec('select 1 from sums where metric = ? and labels = ? limit 1', ...series).toArray().length > 0;
    if (!isKnown && this.#countSeries() >= this.#seriesLimit) {
      this.#add({ metric: 'crm_portal_series_dropped_total', labels: {}, part: '', value: 1 });
      return;
    }
    if (!isKnown) this.#seriesCount = this.#countSeries() + 1;
    for (const sum of toSums(increment)) this.#add(sum);
  }

  #add({ metric, labels, part, value }: Sum): void {
    this.#storage.sql.exec(
      'insert into sums values (?, ?, ?, ?) on conflict do update set value = value + excluded.value',
      metric,
      JSON.stringify(labels),
      part,
      value,
    );
  }

  #countSeries(): number {
    this.#seriesCount ??= this.#storage.sql
      .exec<{ count: number }>('select count(*) as count from (select distinct metric, labels from sums)')
      .one().count;
    return this.#seriesCount;
  }
}
