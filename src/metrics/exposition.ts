import { catalogue, type Labels, type MetricName, type Sum } from './catalogue.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Sums in Prometheus' text format 0.0.4. Sums of the same series, from several shards, are added up. */
export function toText(sums: readonly Sum[]): string {
  const families = Object.keys(catalogue) as MetricName[]; // its keys are the names
  return families
    .map((metric) =>
      toFamily(
        metric,
        sums.filter((sum) => sum.metric === metric),
      ),
    )
    .join('');
}

function toFamily(metric: MetricName, sums: readonly Sum[]): string {
  const definition = catalogue[metric];
  const series = new Map<string, { labels: Labels; parts: Map<string, number> }>();
  for (const { labels, part, value } of sums) {
    const key = toLabels(labels);
    const one = series.get(key) ?? { labels, parts: new Map<string, number>() };
    one.parts.set(part, (one.parts.get(part) ?? 0) + value);
    series.set(key, one);
  }
  const head = `# HELP ${metric} ${definition.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${metric} ${definition.type}\n`;
  const samples = [...series.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { labels, parts }]) => {
      if (definition.type !== 'histogram') return sample(metric, key, parts.get('') ?? 0);
      return histogram(metric, definition.buckets, labels, parts);
    });
  return head + samples.join('');
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

function toLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/**
 * A number as Prometheus' Python client prints it (`floatToGoString`): `1.0`, `472500.0`, and from seven digits on
 * `1.575e+06`. For the numbers we have: not negative, and fractions no smaller than 0.0001.
 */
export function toFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  const decimal = Number.isInteger(value) ? `${value}.0` : String(value);
  const dot = decimal.indexOf('.');
  if (dot <= 6) return decimal;
  const digits = `${decimal[0]}.${decimal.slice(1, dot)}${decimal.slice(dot + 1)}`;
  return `${digits.replace(/[0.]+$/, '')}e+0${dot - 1}`;
}
