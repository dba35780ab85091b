import { type MetricName, metricNames } from './catalogue.ts';
import { addSeries, type MediaType, renderEnd, renderHead, type SeriesBlock } from './exposition.ts';

/** A chunk of the text has about this many characters. */
const chunkLength = 256 * 1024;

/**
 * The text of a scrape, in chunks, merged from sources that are each in the order of the catalogue and then of the keys.
 * What several sources have of one series is added up. What they have of another family, as a newer shard may, is left out.
 * It holds one block of each source at a time.
 */
export async function* mergeSeries(
  blocksOfSources: readonly AsyncIterator<SeriesBlock>[],
  mediaType: MediaType,
  families: readonly MetricName[] = metricNames,
): AsyncGenerator<string> {
  const sources = blocksOfSources.map((blocks) => new Source(blocks, new Set(families)));
  let texts: string[] = [];
  let length = 0;
  for (const metric of families) {
    texts.push(renderHead(metric, mediaType));
    for (;;) {
      const spent = sources.filter((source) => source.isSpent);
      if (spent.length > 0) await Promise.all(spent.map((source) => source.advance()));
      const text = takeNext(sources, metric);
      if (text === null) break;
      texts.push(text);
      length += text.length;
      if (length < chunkLength) continue;
      yield texts.join('');
      texts = [];
      length = 0;
    }
  }
  yield texts.join('') + renderEnd(mediaType);
}

/** Takes the family's next series from every source that has it; null if none has one more. */
function takeNext(sources: readonly Source[], metric: MetricName): string | null {
  let next: string | undefined;
  let holders: Source[] = [];
  for (const source of sources) {
    const key = source.keyOf(metric);
    if (key === undefined || (next !== undefined && key > next)) continue;
    if (key === next) holders.push(source);
    else holders = [source];
    next = key;
  }
  return holders.length > 0
    ? addSeries(
        metric,
        holders.map((source) => source.take()),
      )
    : null;
}

/** Where the merge stands in the blocks of one source. */
class Source {
  readonly #blocks: AsyncIterator<SeriesBlock>;
  readonly #families: ReadonlySet<MetricName>;
  #block: SeriesBlock | null | undefined;
  #index = 0;

  constructor(blocks: AsyncIterator<SeriesBlock>, families: ReadonlySet<MetricName>) {
    this.#blocks = blocks;
    this.#families = families;
  }

  /** Whether its block is used up and another one may follow. */
  get isSpent(): boolean {
    return this.#block !== null && this.#index >= (this.#block?.keys.length ?? 0);
  }

  async advance(): Promise<void> {
    do {
      const { done, value } = await this.#blocks.next();
      this.#block = done ? null : value;
    } while (this.#block && !this.#families.has(this.#block.metric));
    this.#index = 0;
  }

  keyOf(metric: MetricName): string | undefined {
    return this.#block?.metric === metric ? this.#block.keys[this.#index] : undefined;
  }

  take(): string {
    const text = this.#block?.texts[this.#index] ?? '';
    this.#index += 1;
    return text;
  }
}
