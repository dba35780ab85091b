import type { Sum } from '../../src/metrics/catalogue.ts';
import { type MediaType, renderSums, type SeriesBlock } from '../../src/metrics/exposition.ts';
import { mergeSeries } from '../../src/metrics/merge.ts';

/** The text of a scrape of shards that have these sums, each of them one list. */
export async function expose(mediaType: MediaType, ...shards: readonly Sum[][]): Promise<string> {
  const sources = shards.map((sums) => blocksOf(sums));
  return (await Array.fromAsync(mergeSeries(sources, mediaType))).join('');
}

async function* blocksOf(sums: readonly Sum[]): AsyncGenerator<SeriesBlock> {
  yield* renderSums(sums);
}
