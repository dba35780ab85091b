import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';

const portal = 'http://localhost:5173';
const preflight = (path: string, origin: string) =>
  call(`OPTIONS ${path}`, {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

describe('the portal in a browser', () => {
  test('may call the API, and caches the preflight for two hours', async () => {
    const answer = await preflight('/proposals/8/approve', portal);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-allow-methods': 'GET,POST,PATCH',
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      'access-control-max-age': '7200',
    });
    expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
  });

  test.each([
    ['a success', 'GET /healthz', 200],
    ['a refusal', 'GET /proposals/8', 401],
    ['a route that is none', 'GET /nothing', 404],
  ])('may read %s', async (_, route, status) => {
    const answer = await call(route, { headers: { origin: portal } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, portal]);
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  test('may read a refusal of its body', async () => {
    const answer = await call('POST /auth/login', {
      headers: { origin: portal, 'content-type': 'application/json' },
      body: `"${'a'.repeat(1024 * 1024)}"`,
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([413, portal]);
  });
});

test.each(['https://evil.example', 'http://localhost:5174', 'null'])(
  'a page of %s may not',
  async (origin) => {
    expect((await preflight('/proposals/8/approve', origin)).headers.get('access-control-allow-origin')).toBe(
      null,
    );
    const answer = await call('GET /healthz', { headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(null);
  },
);

test.each(['/payments/webhook', '/metrics', '/metrics/rebuild'])('%s is closed to browsers', async (path) => {
  const answer = await preflight(path, portal);
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([405, null]);
});

test('the allowed origin is the one that is configured', async () => {
  const bindings = { PORTAL_PUBLIC_URL: 'https://portal.example/pay/' };
  const headers = { origin: 'https://portal.example' };
  const answer = await call('GET /healthz', { headers, bindings });
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://portal.example');
  const broken = await call('GET /healthz', { headers, bindings: { PORTAL_PUBLIC_URL: 'portal' } });
  expect(broken).toMatchObject({ status: 503, json: { code: 'not_configured' } });
});
