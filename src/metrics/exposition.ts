import { catalogue, type Labels, type MetricName, type Sum } from './catalogue.ts';

/** The formats that Prometheus reads, by media type. */
export const contentTypes = {
  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  'text/plain': 'text/plain; version=0.0.4; charset=utf-8',
  /** https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md */
  'application/openmetrics-text': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

export type MediaType = keyof typeof contentTypes;

/** Renders sums as text. Sums of one series that come from several shards are added up. */
export function expose(sums: readonly Sum[], mediaType: MediaType): string {
  const byMetric = Map.groupBy(sums, ({ metric }) => metric);
  const names = Object.keys(catalogue) as MetricName[]; // sound: its keys are the names
  const families = names.map(
    (metric) => head(metric, mediaType) + samples(metric, byMetric.get(metric) ?? []),
  );
  return families.join('') + (mediaType === 'text/plain' ? '' : '# EOF\n');
}

function head(metric: MetricName, mediaType: MediaType): string {
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

function samples(metric: MetricName, sums: readonly Sum[]): string {
  const definition = catalogue[metric];
  const series = new Map<string, { labels: Labels; parts: Map<string, number> }>();
  for (const { labels, part, value } of sums) {
    const key = toLabels(labels);
    const one = series.get(key) ?? { labels, parts: new Map<string, number>() };
    one.parts.set(part, (one.parts.get(part) ?? 0) + value);
    series.set(key, one);
  }
  return [...series]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { labels, parts }]) => {
      if (definition.type === 'histogram') return histogram(metric, definition.buckets, labels, parts);
      return sample(metric, key, definition.type === 'info' ? 1 : (parts.get('') ?? 0));
    })
    .join('');
}

function histogram(
  metric: string,
  buckets: readonly number[],
  labels: Labels,
  parts: ReadonlyMap<string, number>,
): string {
  let count = 0;
  const lines = [...buckets, Number.POSITIVE_INFINITY].map((bound) => {
    count += parts.get(String(bound)) ?? 0;
    return sample(`${metric}_bucket`, toLabels({ ...labels, le: toFloat(bound) }), count);
  });
  const key = toLabels(labels);
  return `${lines.join('')}${sample(`${metric}_sum`, key, parts.get('sum') ?? 0)}${sample(`${metric}_count`, key, count)}`;
}

function sample(name: string, labels: string, value: number): string {
  return `${name}${labels} ${toFloat(value)}\n`;
}

function toLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function toLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
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
