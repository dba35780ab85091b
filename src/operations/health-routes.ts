import { Hono } from 'hono';
import { ping } from '../db/client.ts';
import type { AppEnv } from '../http/context.ts';

/** Whether the service is alive and ready. The description of its routes is a file: `portal/public/openapi.json`. */
export const healthRoutes = new Hono<AppEnv>()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    const { db, shards } = c.var.deps;
    await ping(db);
    await shards.sums();
    return c.json({ status: 'ok' });
  });
