import { readFileSync, writeFileSync } from 'node:fs';
import { type Panel, rows } from './panels.ts';

// `npm run dashboard` writes the Grafana dashboard: the panels, laid out in rows of 24 columns.

const file = `${import.meta.dirname}/grafana-provisioning/dashboards/peakpro-crm-kpis.json`;

const datasource = { type: 'prometheus', uid: 'prometheus' };

/** A variable above the panels: the values of a label, all of them unless some are chosen. */
function variable(name: string, label: string, series: string, of: string) {
  const query = `label_values(${series}, ${of})`;
  return {
    name,
    label,
    type: 'query',
    datasource,
    query: { query, refId: name },
    definition: query,
    refresh: 2, // when the time range changes: an org may be new
    sort: 3,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

/** The dashboard as Grafana reads it. */
export function dashboard() {
  let [id, y] = [0, 0];
  const panels = rows.flatMap(({ title, height, panels: inRow }) => {
    id += 1;
    const head = { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] };
    y += 1;
    let x = 0;
    const laidOut = inRow.map((panel) => {
      id += 1;
      if (x + panel.width > 24) {
        x = 0;
        y += height;
      }
      const gridPos = { x, y, w: panel.width, h: height };
      x += panel.width;
      return toPanel(panel, id, gridPos);
    });
    y += height;
    return [head, ...laidOut];
  });
  return {
    uid: 'peakpro-crm-kpis',
    title: 'PeakPro CRM: deposits',
    tags: ['crm', 'payments'],
    schemaVersion: 42,
    timezone: 'browser',
    time: { from: 'now-7d', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        variable('org', 'Org', 'crm_portal_org_info', 'org_id'),
        variable('currency', 'Currency', 'crm_portal_org_info', 'currency'),
      ],
    },
    panels,
  };
}

function toPanel(panel: Panel, id: number, gridPos: { x: number; y: number; w: number; h: number }) {
  const { title, description, type, unit, decimals, max, thresholds, repeat, targets } = panel;
  const colors = ['green', 'orange', 'red'];
  const steps = [null, ...(thresholds ?? [])].map((value, index) => ({ color: colors[index], value }));
  return {
    id,
    title,
    description,
    type,
    datasource,
    gridPos,
    ...(repeat ? { repeat, repeatDirection: 'h', maxPerRow: 2 } : {}),
    targets: targets.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat,
      ...(type === 'timeseries' ? {} : { instant: true }),
    })),
    fieldConfig: {
      defaults: {
        ...(unit ? { unit } : {}),
        ...(decimals === undefined ? {} : { decimals }),
        ...(max === undefined ? {} : { min: 0, max }),
        thresholds: { mode: 'absolute', steps },
      },
      overrides: [],
    },
    options:
      type === 'timeseries' ? {} : { reduceOptions: { calcs: ['lastNotNull'] }, orientation: 'horizontal' },
  };
}

/** An expression with everything chosen, as Prometheus itself can be asked. */
export const withoutVariables = (expr: string) => expr.replaceAll(/\$(?:org|currency)\b/g, '.*');

if (import.meta.main) writeFileSync(file, `${JSON.stringify(dashboard(), null, 2)}\n`);

/** The committed dashboard, which a test compares with what would be written. */
export const committedDashboard = () => JSON.parse(readFileSync(file, 'utf8'));
