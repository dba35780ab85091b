import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every alert names its paragraph of the runbook, and every paragraph has an alert', () => {
  const rules = readFileSync('monitoring/rules.yml', 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)\n[\s\S]*?runbook: (\S+)/g)];
  expect(alerts).toHaveLength([...rules.matchAll(/- alert: /g)].length);
  for (const [, name = '', runbook] of alerts) expect(runbook).toBe(`docs/runbook.md#${name.toLowerCase()}`);
  const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\w+)$/gm)];
  expect(headings.map(([, name]) => name).sort()).toEqual(alerts.map(([, name]) => name).sort());
});
