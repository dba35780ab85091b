import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { committedDashboard, dashboard } from '../../monitoring/dashboard.ts';
import { catalogue } from '../../src/metrics/catalogue.ts';

const panels: {
  title: string;
  type: string;
  description?: string;
  targets?: { expr: string }[];
  fieldConfig?: object;
}[] = dashboard().panels;
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test('the committed dashboard is what the script writes', () => {
  expect(committedDashboard()).toEqual(dashboard());
});

test.each([
  ['Payments (24h)', 'stat', 'sum(increase(crm_portal_payments_total[24h]))', {}],
  [
    'Revenue (7d)',
    'stat',
    'sum(increase(crm_portal_payment_amount_cents_sum[7d])) / 100',
    { unit: 'currencyUSD' },
  ],
  [
    'Lead → Payment Conversion (7d)',
    'gauge',
    'sum(increase(crm_portal_payments_total[7d])) / sum(increase(crm_leads_created_total[7d]))',
    { unit: 'percentunit', max: 1 },
  ],
])('%s is the planned panel', (title, type, expr, defaults) => {
  const panel = panels.find((candidate) => candidate.title === title);
  expect(panel).toMatchObject({ type, targets: [{ expr }], fieldConfig: { defaults } });
});

test('every metric in a panel or rule exists, and every metric is in one', () => {
  const text = [...expressions, readFileSync('monitoring/rules.yml', 'utf8')].join('\n');
  const suffixes = /_(bucket|sum|count)$/;
  const named = new Set([...text.matchAll(/(?<![:\w])crm_\w+/g)].map(([name]) => name));
  const known = Object.entries(catalogue).flatMap(([name, { type }]) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  );
  expect([...named].filter((name) => !known.includes(name))).toEqual([]);
  const shown = new Set([...named].map((name) => name.replace(suffixes, '')));
  const unnamed = Object.keys(catalogue).filter((name) => !shown.has(name));
  expect(unnamed).toEqual(['crm_portal_reconciler_repairs_total']); // it is for a closer look, not for a panel
});

test('every panel says what it shows, and asks for the chosen orgs where its series has them', () => {
  for (const { title, description, targets = [] } of panels.filter(({ type }) => type !== 'row')) {
    expect(description, title).toMatch(/^[A-Z0-9].*\.$/);
    if (['Payments (24h)', 'Revenue (7d)', 'Lead → Payment Conversion (7d)'].includes(title)) continue; // the seed's
    for (const { expr } of targets) {
      const names = [...expr.matchAll(/crm_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
      const hasOrgs = names.some((name) =>
        catalogue[name as keyof typeof catalogue].labels.some((label) => label === 'org_id'),
      );
      expect(expr.includes('$org'), `${title}: ${expr}`).toBe(hasOrgs);
    }
  }
});
