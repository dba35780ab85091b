import { Hono } from 'hono';
import { ping } from '../db/client.ts';
import type { AppEnv } from '../http/context.ts';

/** Whether the service is alive and ready. */
export const healthRoutes = new Hono<AppEnv>()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    await ping(c.var.deps.db);
    return c.json({ status: 'ok' });
  });
