import { call } from './api.ts';

/** One sample of the exposition, 0 where the series does not exist yet. */
export async function metric(series: string): Promise<number> {
  const { status, text } = await call('GET /metrics');
  if (status !== 200) throw new Error(`The scrape answered ${status}: ${text}`);
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line ? Number(line.slice(series.length + 1)) : 0;
}
