import { expect, test } from 'vitest';
import type { Increment, Sum } from '../../src/metrics/catalogue.ts';
import { toSums } from '../../src/metrics/catalogue.ts';
import { expose, toFloat } from '../../src/metrics/exposition.ts';

const count = (increments: Increment[]): Sum[] => increments.flatMap(toSums);
const linesOf = (text: string) => text.split('\n').filter((line) => !line.startsWith('#'));

// Each expected string was printed by prometheus_client's floatToGoString.
test.each([
  [0, '0.0'],
  [1, '1.0'],
  [472_500, '472500.0'],
  [999_999, '999999.0'],
  [1_000_000, '1e+06'],
  [1_575_000, '1.575e+06'],
  [1_234_567.5, '1.2345675e+06'],
  [0.25, '0.25'],
  [12_345_678_901, '1.2345678901e+010'],
  [Number.POSITIVE_INFINITY, '+Inf'],
])('%d prints as %s', (value, text) => {
  expect(toFloat(value)).toBe(text);
});

test('a family has its HELP and TYPE before anything is counted', () => {
  expect(expose([], 'text/plain')).toContain(
    '# HELP crm_portal_payments_total Deposits that Stripe reported paid.\n# TYPE crm_portal_payments_total counter\n',
  );
});

test('sums of one series from several shards are added', () => {
  const payment = { metric: 'crm_portal_payments_total', labels: { org_id: '1' }, value: 1 } as const;
  expect(
    linesOf(expose(count([payment, payment, { ...payment, labels: { org_id: '2' } }]), 'text/plain')),
  ).toEqual(['crm_portal_payments_total{org_id="1"} 2.0', 'crm_portal_payments_total{org_id="2"} 1.0', '']);
});

test('a histogram is cumulative, has all its buckets, a sum and a count', () => {
  const observe = (value: number) =>
    ({ metric: 'crm_portal_payment_amount_cents', labels: { org_id: '1' }, value }) as const;
  const lines = linesOf(expose(count([observe(5_000), observe(5_001), observe(99_999_999)]), 'text/plain'));
  const series = 'crm_portal_payment_amount_cents';
  expect(lines).toEqual([
    `${series}_bucket{org_id="1",le="5000.0"} 1.0`,
    ...[
      '10000.0',
      '25000.0',
      '50000.0',
      '100000.0',
      '250000.0',
      '500000.0',
      '1e+06',
      '2.5e+06',
      '5e+06',
      '1e+07',
    ].map((bound) => `${series}_bucket{org_id="1",le="${bound}"} 2.0`),
    `${series}_bucket{org_id="1",le="+Inf"} 3.0`,
    `${series}_sum{org_id="1"} 1.0001e+08`,
    `${series}_count{org_id="1"} 3.0`,
    '',
  ]);
});

test('label values are escaped', () => {
  const labels = { org_id: 'a"b\\c\nd' };
  const [line] = linesOf(
    expose(count([{ metric: 'crm_leads_created_total', labels, value: 1 }]), 'text/plain'),
  );
  expect(line).toBe('crm_leads_created_total{org_id="a\\"b\\\\c\\nd"} 1.0');
});
