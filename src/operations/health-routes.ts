import { Hono } from 'hono';
import { ping } from '../db/client.ts';
import type { AppEnv } from '../http/context.ts';

/** What the service says about itself. What it says of its routes are files: `portal/public/openapi.json`, `docs.html`. */
export const serviceRoutes = new Hono<AppEnv>()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    const { db, shards } = c.var.deps;
    await ping(db);
    await shards.sums();
    return c.json({ status: 'ok' });
  });
