import { dashboard, withoutVariables } from './dashboard.ts';

// `npm run dashboard:picture -- http://localhost:9090 > dashboard.html`: draws the panels with Prometheus' current values,
// for machines without Grafana. The expressions and their places are those of the dashboard.

const prometheusUrl = process.argv[2] ?? 'http://localhost:9090';

type Target = { readonly expr: string; readonly legendFormat: string };
type Panel = ReturnType<typeof dashboard>['panels'][number];
type Drawn = Extract<Panel, { targets: unknown }>;
type Value = { readonly label: string; readonly value: number };

async function query({ expr, legendFormat }: Target): Promise<Value[]> {
  const response = await fetch(
    `${prometheusUrl}/api/v1/query?query=${encodeURIComponent(withoutVariables(expr))}`,
  );
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({
    label: legendFormat.replace(/{{(\w+)}}/g, (_, name) => metric[name] ?? ''),
    value: Number(value[1]),
  }));
}

function show(value: number, unit: string | undefined, decimals: number | undefined): string {
  const number = (digits: number) =>
    value.toLocaleString('en', { maximumFractionDigits: decimals ?? digits });
  if (Number.isNaN(value)) return '–';
  if (unit === 'currencyUSD') return value.toLocaleString('en', { style: 'currency', currency: 'USD' });
  if (unit === 'percentunit') return value.toLocaleString('en', { style: 'percent' });
  if (unit === 's') return `${number(1)} s`;
  return unit === 'reqps' ? `${number(2)} /s` : number(value > 100 ? 0 : 1);
}

async function draw(panel: Drawn): Promise<string> {
  const values = (await Promise.all(panel.targets.map(query))).flat();
  const { unit, decimals } = panel.fieldConfig.defaults as { unit?: string; decimals?: number };
  const most = Math.max(...values.map(({ value }) => value), Number.MIN_VALUE);
  const isBars = panel.type === 'bargauge' || panel.type === 'timeseries';
  const rows = values.map(({ label, value }) => {
    const bar = isBars ? `<i style="width:${(value / most) * 100}%"></i>` : '';
    return `<div class="${isBars ? 'bar' : 'stat'}"><span>${label}</span>${bar}<b>${show(value, unit, decimals)}</b></div>`;
  });
  const { x, y, w, h } = panel.gridPos;
  const place = `grid-area:${y + 1}/${x + 1}/span ${h}/span ${w}`;
  return `<section style="${place}"><h2>${panel.title}</h2>${rows.join('') || '<div class="none">none</div>'}</section>`;
}

const sections = await Promise.all(
  dashboard().panels.map((panel) => {
    if ('targets' in panel) return draw(panel);
    return `<h1 style="grid-area:${panel.gridPos.y + 1}/1/span 1/span 24">${panel.title}</h1>`;
  }),
);

process.stdout.write(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${dashboard().title}</title>
<style>
body { margin: 1rem; background: #111217; color: #ccccdc; font: 14px system-ui, sans-serif; display: grid;
  grid-template-columns: repeat(24, 1fr); grid-auto-rows: 22px; gap: 6px; }
section { background: #181b1f; border: 1px solid #2c2e33; border-radius: 3px; padding: 6px 10px; overflow: hidden; }
h1 { font-size: 14px; margin: 2px 0; } h2 { font-size: 13px; margin: 0 0 8px; font-weight: 500; }
.stat { display: inline-block; margin-right: 1.5rem; } .stat b { display: block; font-size: 30px; color: #73bf69; font-weight: 500; }
.stat span { color: #8e8e9e; }
.bar { display: grid; grid-template-columns: 12rem 1fr auto; gap: 8px; align-items: center; margin: 5px 0; }
.bar i { background: #73bf69; height: 14px; border-radius: 2px; min-width: 2px; } .bar b { font-weight: 500; }
.none { color: #8e8e9e; }
</style>
${sections.join('\n')}
</html>
`);
