import {
  catalogue,
  type Definition,
  type Labels,
  type MetricName,
  metricNames,
  type Sum,
} from './catalogue.ts';

/** The formats that Prometheus reads, by media type. */
export const contentTypes = {
  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  'text/plain': 'text/plain; version=0.0.4; charset=utf-8',
  /** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md */
  'application/openmetrics-text': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

export type MediaType = keyof typeof contentTypes;

/**
 * Series of one family as text, which is the same in both formats, in the order of their keys. A key is the labels as JSON;
 * equal keys are the same series.
 */
export type SeriesBlock = {
  readonly metric: MetricName;
  readonly keys: readonly string[];
  readonly texts: readonly string[];
};

/** The lines that come before the samples of a family. */
export function renderHead(metric: MetricName, mediaType: MediaType): string {
  const { type, help, ...definition } = catalogue[metric];
  const lines = (name: string, typeName: string) => [
    `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${name} ${typeName}`,
  ];
  if (mediaType === 'text/plain') return toLines(lines(metric, type === 'info' ? 'gauge' : type));
  // In OpenMetrics the samples of a counter or info add a suffix to the name of their family.
  const family = metric.replace(/_total$/, '').replace(/_info$/, '');
  const unit = 'unit' in definition ? [`# UNIT ${family} ${definition.unit}`] : [];
  return toLines([...lines(family, type), ...unit]);
}

/** The last line of a scrape. */
export function renderEnd(mediaType: MediaType): string {
  return mediaType === 'text/plain' ? '' : '# EOF\n';
}

/** Renders sums as blocks, in the order of the catalogue. */
export function renderSums(sums: readonly Sum[]): SeriesBlock[] {
  const byMetric = Map.groupBy(sums, ({ metric }) => metric);
  return metricNames.flatMap((metric) => {
    const bySeries = Map.groupBy(byMetric.get(metric) ?? [], ({ labels }) => JSON.stringify(labels));
    const keys = [...bySeries.keys()].sort();
    const texts = keys.map((key) => {
      const parts = new Map<string, number>();
      for (const { part, value } of bySeries.get(key) ?? []) parts.set(part, (parts.get(part) ?? 0) + value);
      return renderSeries(metric, JSON.parse(key), parts);
    });
    return keys.length > 0 ? [{ metric, keys, texts }] : [];
  });
}

/** Renders one series from the values of its parts. */
export function renderSeries(metric: MetricName, labels: Labels, parts: ReadonlyMap<string, number>): string {
  const definition: Definition = catalogue[metric];
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  const braced = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  if (definition.type !== 'histogram') {
    return `${metric}${braced} ${toFloat(definition.type === 'info' ? 1 : (parts.get('') ?? 0))}\n`;
  }
  let text = '';
  let count = 0;
  for (const bound of [...definition.buckets, Number.POSITIVE_INFINITY]) {
    count += parts.get(String(bound)) ?? 0;
    text += `${metric}_bucket{${[...pairs, `le="${toFloat(bound)}"`].join(',')}} ${toFloat(count)}\n`;
  }
  return `${text}${metric}_sum${braced} ${toFloat(parts.get('sum') ?? 0)}\n${metric}_count${braced} ${toFloat(count)}\n`;
}

/** The text of one series, added up from what several shards have of it. */
export function addSeries(metric: MetricName, texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  if (others.length === 0 || catalogue[metric].type === 'info') return first;
  const rows = others.map((text) => text.split('\n'));
  const lines = first.split('\n').slice(0, -1); // each ends in a newline
  return toLines(
    lines.map((line, index) => {
      const value = rows.reduce((sum, row) => sum + sampleOf(row[index] ?? ''), sampleOf(line));
      return `${line.slice(0, line.lastIndexOf(' '))} ${toFloat(value)}`;
    }),
  );
}

function sampleOf(line: string): number {
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

function toLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/**
 * Prints a number as Prometheus' Python client does (`floatToGoString`): `1.0`, `472500.0`, and from seven digits on
 * `1.575e+06`. It covers the numbers we have: not negative, and no fraction below 0.0001.
 */
export function toFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  const decimal = Number.isInteger(value) ? `${value}.0` : String(value);
  const dot = decimal.indexOf('.');
  if (dot <= 6) return decimal;
  const digits = `${decimal[0]}.${decimal.slice(1, dot)}${decimal.slice(dot + 1)}`;
  return `${digits.replace(/[0.]+$/, '')}e+0${dot - 1}`;
}
