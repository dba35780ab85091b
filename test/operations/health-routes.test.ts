import { evictAllDurableObjects } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import openapi from '../../portal/public/openapi.json' with { type: 'json' };
import { app } from '../../src/app.ts';
import { call } from '../support/api.ts';
import { onDatabase } from '../support/faults.ts';

afterEach(() => vi.restoreAllMocks());

/** Served as files, by the asset server in front of the Worker. */
const files = ['GET /openapi.json', 'GET /docs'];

test('the document has every route of the app, and no other', () => {
  const documented = Object.entries<object>(openapi.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(new Set(documented)).toEqual(new Set([...routes, ...files]));
});

test('alive is not ready: without the database only the first holds', async () => {
  expect((await call('GET /readyz')).json).toEqual({ status: 'ok' });
  await evictAllDurableObjects();
  onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
  expect((await call('GET /healthz')).status).toBe(200);
  expect(await call('GET /readyz')).toMatchObject({ status: 503 });
});
