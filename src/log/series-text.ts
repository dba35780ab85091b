import { type MetricName, metricNames, orgMetricNames } from '../metrics/catalogue.ts';
import { renderSeries, type SeriesBlock } from '../metrics/exposition.ts';

/** Series up to this one, in the order of the catalogue and then of the keys. */
export type SeriesPosition = { readonly metric: MetricName; readonly key: string };

/** What a scrape asks for: what comes after a position, everything (null), or one org. */
export type SeriesFrom = SeriesPosition | { readonly orgId: string } | null;

/** What a shard has of a scrape, a page at a time. `next` is null on the last. */
export type SeriesPage = {
  readonly blocks: readonly SeriesBlock[];
  readonly next: SeriesPosition | null;
};

/** A page has about this many characters: several of them fit in a Worker, and one in an answer (32 MiB). */
const defaultPageLength = 1024 * 1024;

/** Characters that are kept at most. Series beyond that are rendered for each scrape. */
const keptLength = 32 * 1024 * 1024;

/** How many series are rendered at a time. */
const runLength = 500;

/** The keys of a family, in order, and the text of each series that was rendered since it last changed. */
type Family = { readonly keys: string[]; readonly texts: (string | undefined)[] };

/**
 * The text of the series in a shard's table of sums. It is kept in memory, so that a scrape renders only what has changed.
 * Keys are ASCII: SQLite orders them as JavaScript does.
 */
export class SeriesText {
  readonly #sql: SqlStorage;
  readonly #table: string;
  readonly #pageLength: number;
  readonly #families = new Map<MetricName, Family>();
  #length = 0;

  constructor(sql: SqlStorage, { table = 'sums', pageLength = defaultPageLength } = {}) {
    this.#sql = sql;
    this.#table = table;
    this.#pageLength = pageLength;
  }

  /** The page after a position. `others` are families that are not in the table. */
  page(after: SeriesPosition | null, others: readonly SeriesBlock[]): SeriesPage {
    const blocks: SeriesBlock[] = [];
    let length = 0;
    for (const metric of metricNames.slice(after ? metricNames.indexOf(after.metric) : 0)) {
      const from = after?.metric === metric ? after.key : null;
      const block =
        others.find((other) => other.metric === metric && from === null) ??
        this.#block(metric, from, this.#pageLength - length);
      if (block.keys.length === 0) continue;
      blocks.push(block);
      for (const text of block.texts) length += text.length;
      const key = block.keys.at(-1);
      if (length >= this.#pageLength && key !== undefined) return { blocks, next: { metric, key } };
    }
    return { blocks, next: null };
  }

  /** The series of one org. `others` are of families that are not in the table. */
  ofOrg(orgId: string, others: readonly SeriesBlock[]): SeriesBlock[] {
    const prefix = `{"org_id":${JSON.stringify(orgId)}`;
    const blocks = orgMetricNames.map((metric) => {
      const other = others.find((block) => block.metric === metric);
      if (other) return other;
      const series = this.#render(metric, prefix, `${prefix}~`); // after it comes a comma or a brace, which are less
      return { metric, keys: [...series.keys()], texts: [...series.values()] };
    });
    return blocks.filter(({ keys }) => keys.length > 0);
  }

  /** Notes that a series has another value, or is new. */
  change(metric: MetricName, key: string): void {
    const family = this.#families.get(metric);
    if (!family) return;
    const index = indexOf(family.keys, key);
    if (family.keys[index] === key) this.#keep(family, index, undefined);
    else {
      family.keys.splice(index, 0, key);
      family.texts.splice(index, 0, undefined);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#families.clear();
    this.#length = 0;
  }

  /** The series after a key, about as many characters as there is room for. */
  #block(metric: MetricName, after: string | null, room: number): SeriesBlock {
    const family = this.#familyOf(metric);
    const { keys } = family;
    const found = after === null ? 0 : indexOf(keys, after);
    const start = after !== null && keys[found] === after ? found + 1 : found;
    const texts: string[] = [];
    let length = 0;
    while (length < room && start + texts.length < keys.length) {
      const from = start + texts.length;
      for (const text of this.#texts(metric, family, from, Math.min(from + runLength, keys.length))) {
        texts.push(text);
        length += text.length;
        if (length >= room) break;
      }
    }
    return { metric, keys: keys.slice(start, start + texts.length), texts };
  }

  #familyOf(metric: MetricName): Family {
    const known = this.#families.get(metric);
    if (known) return known;
    const keys = this.#sql
      .exec<{ labels: string }>(
        `select distinct labels from ${this.#table} where metric = ? order by labels`,
        metric,
      )
      .toArray()
      .map(({ labels }) => labels);
    const family = { keys, texts: new Array<undefined>(keys.length) };
    this.#families.set(metric, family);
    return family;
  }

  /** The texts from one index to another. What is not kept is rendered, with one query for each run of them. */
  #texts(metric: MetricName, family: Family, from: number, to: number): string[] {
    const texts = family.texts.slice(from, to);
    for (let start = 0; start < texts.length; start += 1) {
      if (texts[start] !== undefined) continue;
      let end = start + 1;
      while (end < texts.length && texts[end] === undefined) end += 1;
      const keys = family.keys.slice(from + start, from + end);
      const rendered = this.#render(metric, keys[0] ?? '', keys.at(-1) ?? '');
      for (const [index, key] of keys.entries()) {
        const text = rendered.get(key) ?? '';
        texts[start + index] = text;
        if (this.#length < keptLength) this.#keep(family, from + start + index, text);
      }
      start = end;
    }
    return texts as string[]; // sound: none is missing any more
  }

  #keep(family: Family, index: number, text: string | undefined): void {
    this.#length += (text?.length ?? 0) - (family.texts[index]?.length ?? 0);
    family.texts[index] = text;
  }

  /** Renders the series between two keys, both included. */
  #render(metric: MetricName, first: string, last: string): Map<string, string> {
    const rows = this.#sql
      .exec<{ labels: string; part: string; value: number }>(
        `select labels, part, value from ${this.#table} where metric = ? and labels between ? and ? order by labels`,
        metric,
        first,
        last,
      )
      .toArray();
    const series = Map.groupBy(rows, ({ labels }) => labels);
    return new Map(
      [...series].map(([key, ofSeries]) => {
        const parts = new Map(ofSeries.map(({ part, value }) => [part, value]));
        return [key, renderSeries(metric, JSON.parse(key), parts)];
      }),
    );
  }
}

/** Where a key is among sorted ones, or would be. */
function indexOf(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
