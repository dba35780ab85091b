import { evictAllDurableObjects } from 'cloudflare:test';
import { afterEach, expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { countRequests, countShardCalls, onDatabase } from '../support/faults.ts';

afterEach(() => vi.restoreAllMocks());

test('without the database the Worker is alive but not ready', async () => {
  expect((await call('GET /readyz')).json).toEqual({ status: 'ok' });
  await evictAllDurableObjects();
  onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
  expect((await call('GET /healthz')).status).toBe(200);
  expect(await call('GET /readyz')).toMatchObject({ status: 503 });
});

test('readiness costs one request to the database and no call to a shard, however empty the shards are', async () => {
  await evictAllDurableObjects();
  const shards = countShardCalls();
  const { result, database } = await countRequests(() =>
    call('GET /readyz', { bindings: { ...shards.bindings } }),
  );
  expect([result.status, database, shards.counter.calls]).toEqual([200, 1, 0]);
});
