import { expect, test } from 'vitest';
import type { Increment, Sum } from '../../src/metrics/catalogue.ts';
import { toSums } from '../../src/metrics/catalogue.ts';
import { toFloat } from '../../src/metrics/exposition.ts';
import { expose } from '../support/expose.ts';

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

test('a family has its HELP and TYPE before anything is counted', async () => {
  expect(await expose('text/plain', [])).toContain(
    '# HELP crm_portal_payments_total Payments that Stripe reported paid.\n# TYPE crm_portal_payments_total counter\n',
  );
});

test('sums of one series from several shards are added', async () => {
  const payment = { metric: 'crm_portal_payments_total', labels: { org_id: '1' }, value: 1 } as const;
  const shards = [[payment, { ...payment, labels: { org_id: '2' } }], [], [payment]];
  expect(linesOf(await expose('text/plain', ...shards.map(count)))).toEqual([
    'crm_portal_payments_total{org_id="1"} 2.0',
    'crm_portal_payments_total{org_id="2"} 1.0',
    '',
  ]);
});

test('a histogram is cumulative, has all its buckets, a sum and a count', async () => {
  const observe = (value: number) =>
    ({ metric: 'crm_portal_payment_amount_cents', labels: { org_id: '1' }, value }) as const;
  const lines = linesOf(
    await expose('text/plain', count([observe(5_000), observe(99_999_999)]), count([observe(5_001)])),
  );
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

test('label values are escaped', async () => {
  const labels = { org_id: 'a"b\\c\nd' };
  const [line] = linesOf(
    await expose('text/plain', count([{ metric: 'crm_leads_created_total', labels, value: 1 }])),
  );
  expect(line).toBe('crm_leads_created_total{org_id="a\\"b\\\\c\\nd"} 1.0');
});

test('how series are spread over shards does not show, in either format', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647; // https://en.wikipedia.org/wiki/Lehmer_random_number_generator
    return seed % below;
  };
  const increments = Array.from({ length: 2_000 }, (): Increment => {
    const org_id = String(1 + random(120));
    const amount = random(12_000_000);
    return [
      { metric: 'crm_portal_payment_amount_cents', labels: { org_id }, value: random(5) ? amount : null },
      {
        metric: 'crm_portal_org_info',
        labels: { org_id, currency: ['usd', 'jpy'][random(2)] ?? '' },
        value: 1,
      },
      { metric: 'crm_portal_refunds_total', labels: { org_id }, value: random(2) ? 1 : null },
      { metric: 'crm_portal_reconciler_repairs_total', labels: {}, value: 1 },
    ][random(4)] as Increment;
  });
  for (const mediaType of ['text/plain', 'application/openmetrics-text'] as const) {
    const alone = await expose(mediaType, count(increments));
    for (const shards of [2, 4, 7]) {
      const spread = Map.groupBy(increments, () => random(shards));
      expect(await expose(mediaType, ...[...spread.values()].map(count))).toBe(alone);
    }
    const keys = linesOf(alone).filter((line) => line.startsWith('crm_portal_refunds_total'));
    expect(keys.length).toBeGreaterThan(90);
    expect(keys).toEqual(keys.toSorted());
  }
});
