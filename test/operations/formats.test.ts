import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { expose } from '../support/expose.ts';

const plain = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
/** What Prometheus 2.42 sends. */
const prometheus =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

describe('a scrape comes in the format that Accept prefers', () => {
  test.each([
    [prometheus, openMetrics],
    ['text/plain', plain],
    ['*/*', plain],
    ['text/html', plain],
    ['application/openmetrics-text;q=0.2, text/plain;q=0.8', plain],
    ['application/openmetrics-text;q=0.8, text/plain;q=0.2', openMetrics],
    ['application/openmetrics-text;q=0, text/html', plain],
  ])('%s', async (accept, contentType) => {
    const answer = await call('GET /metrics', { headers: { accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(contentType);
    expect(answer.text.endsWith('# EOF\n')).toBe(contentType === openMetrics);
  });

  test('HEAD has the same headers and no samples', async () => {
    const answer = await call('HEAD /metrics', { headers: { accept: prometheus } });
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([200, openMetrics, '']);
  });

  test.each([
    ['gzip', 'gzip'],
    ['br, gzip;q=0.5', 'gzip'],
    ['gzip;q=0.5, identity', null],
    ['gzip;q=0', null],
    ['identity', null],
  ])('Accept-Encoding: %s', async (encoding, expected) => {
    const answer = await call('GET /metrics', { headers: { 'accept-encoding': encoding } });
    expect(answer.headers.get('content-encoding')).toBe(expected);
    expect(answer.headers.get('vary')).toBe('Accept, Accept-Encoding');
  });

  test("the client's own Accept-Encoding counts, not the edge's", async () => {
    const headers = { 'accept-encoding': 'br, gzip' };
    const plainClient = await call('GET /metrics', { headers, cf: { clientAcceptEncoding: '' } });
    expect(plainClient.headers.get('content-encoding')).toBe(null);
    const gzipClient = await call('GET /metrics', { headers, cf: { clientAcceptEncoding: 'gzip' } });
    expect(gzipClient.headers.get('content-encoding')).toBe('gzip');
  });
});

test('OpenMetrics names families without their suffixes, and their units', async () => {
  const text = await expose('application/openmetrics-text', [
    { metric: 'crm_portal_payments_total', labels: { org_id: '1' }, part: '', value: 2 },
    { metric: 'crm_portal_org_info', labels: { org_id: '1', currency: 'usd' }, part: '', value: 7 },
    { metric: 'crm_portal_approval_to_payment_seconds', labels: { org_id: '1' }, part: '60', value: 1 },
  ]);
  for (const line of [
    '# TYPE crm_portal_payments counter',
    'crm_portal_payments_total{org_id="1"} 2.0',
    '# TYPE crm_portal_org info',
    'crm_portal_org_info{org_id="1",currency="usd"} 1.0',
    '# TYPE crm_portal_approval_to_payment_seconds histogram',
    '# UNIT crm_portal_approval_to_payment_seconds seconds',
    'crm_portal_approval_to_payment_seconds_bucket{org_id="1",le="60.0"} 1.0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});
