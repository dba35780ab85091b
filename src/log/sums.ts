import type { Entry } from '../domain/entry.ts';
import { type Increment, type Sum, toSums } from '../metrics/catalogue.ts';
import { incrementsOf } from '../metrics/fold.ts';
import type { Projection } from './projections.ts';
import { SeriesText } from './series-text.ts';

/** Series that a shard may hold. An org has about a dozen, of 3 KB of text together. */
const defaultSeriesLimit = 250_000;

/** The projection that `/metrics` shows: every series of the log, added up. */
export class Sums implements Projection {
  /** Also of its table. */
  readonly name: string;
  readonly version = 5;
  /** The same as text. */
  readonly text: SeriesText;
  readonly #sql: SqlStorage;
  readonly #seriesLimit: number;
  /** How many series there are; undefined until they are counted. */
  #seriesCount: number | undefined;

  constructor(sql: SqlStorage, { table = 'sums', seriesLimit = defaultSeriesLimit } = {}) {
    this.#sql = sql;
    this.name = table;
    this.text = new SeriesText(sql, { table });
    this.#seriesLimit = seriesLimit;
    this.#createTable();
  }

  fold(entries: readonly Entry[]): void {
    try {
      for (const added of addUp(entries.flatMap(incrementsOf))) this.#count(added);
    } catch (error) {
      // The transaction takes back what was counted.
      this.#seriesCount = undefined;
      this.text.clear();
      throw error;
    }
  }

  clear(): void {
    this.#seriesCount = undefined;
    this.text.clear();
    this.#sql.exec(`delete from ${this.name}`);
  }

  /** Takes over the table of others, which are empty then. */
  replaceWith(others: Sums): void {
    this.#seriesCount = undefined;
    this.text.clear();
    this.#sql.exec(`drop table ${this.name}`);
    this.#sql.exec(`alter table ${others.name} rename to ${this.name}`);
    others.#createTable();
  }

  read(): Sum[] {
    type Row = { metric: Sum['metric']; labels: string; part: string; value: number };
    return this.#sql
      .exec<Row>(`select metric, labels, part, value from ${this.name}`)
      .toArray()
      .map((row) => ({ ...row, labels: JSON.parse(row.labels) }));
  }

  /** At the limit a new series is dropped, and each of its increments is counted as a drop. */
  #count({ metric, labels, parts, increments }: Added): void {
    const isKnown =
      this.#sql
        .exec(`select 1 from ${this.name} where metric = ? and labels = ? limit 1`, metric, labels)
        .toArray().length > 0;
    if (!isKnown && this.#countSeries() >= this.#seriesLimit) {
      this.#add('crm_portal_series_dropped_total', '{}', '', increments);
      return;
    }
    if (!isKnown) this.#seriesCount = this.#countSeries() + 1;
    for (const [part, value] of parts) {
      if (isKnown && value === 0) continue; // it was started before: nothing is added
      this.#add(metric, labels, part, value);
    }
  }

  #add(metric: Sum['metric'], labels: string, part: string, value: number): void {
    this.#sql.exec(
      `insert into ${this.name} values (?, ?, ?, ?) on conflict do update set value = value + excluded.value`,
      metric,
      labels,
      part,
      value,
    );
    this.text.change(metric, labels);
  }

  #countSeries(): number {
    this.#seriesCount ??= this.#sql
      .exec<{ count: number }>(
        `select count(*) as count from (select distinct metric, labels from ${this.name})`,
      )
      .one().count;
    return this.#seriesCount;
  }

  #createTable(): void {
    this.#sql.exec(
      `create table if not exists ${this.name} (
        metric text, labels text, part text, value real not null, primary key (metric, labels, part)
      ) without rowid`,
    );
  }
}

/** What entries add to one series, and by how many increments. */
type Added = {
  readonly metric: Sum['metric'];
  readonly labels: string;
  readonly parts: Map<string, number>;
  increments: number;
};

/** By series, in the order in which they first appear. */
function addUp(increments: readonly Increment[]): Iterable<Added> {
  const bySeries = new Map<string, Added>();
  for (const increment of increments) {
    const { metric } = increment;
    const labels = JSON.stringify(increment.labels);
    const key = `${metric}${labels}`;
    const added = bySeries.get(key) ?? { metric, labels, parts: new Map(), increments: 0 };
    bySeries.set(key, added);
    added.increments += 1;
    for (const { part, value } of toSums(increment))
      added.parts.set(part, (added.parts.get(part) ?? 0) + value);
  }
  return bySeries.values();
}
