import { evictAllDurableObjects } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';

afterEach(() => vi.restoreAllMocks());

test('the document has every route of the app, and no other', async () => {
  const { json } = await call('GET /openapi.json');
  const documented = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(new Set(documented)).toEqual(new Set(routes));
});

test('the page shows every route, without any script', async () => {
  const page = await call('GET /docs');
  const { json } = await call('GET /openapi.json');
  for (const path of Object.keys(json.paths)) expect(page.text).toContain(path);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.text).not.toContain('<script');
});

test('alive is not ready: without the database only the first holds', async () => {
  expect((await call('GET /readyz')).json).toEqual({ status: 'ok' });
  await evictAllDurableObjects();
  onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
  expect((await call('GET /healthz')).status).toBe(200);
  expect(await call('GET /readyz')).toMatchObject({ status: 503 });
});
