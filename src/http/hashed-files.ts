import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './context.ts';

/**
 * The portal's files whose names hold a hash of what they hold: kept for a year once they are found. A name that is missing, as
 * one of the next version is for the seconds of a deploy, is never kept; Cloudflare's `_headers` would say the same of both.
 */
export const hashedFiles = createMiddleware<AppEnv>(async (c) => {
  const file = await c.env.ASSETS.fetch(c.req.raw);
  const headers = new Headers(file.headers);
  const isFound = file.ok || file.status === 304;
  headers.set('cache-control', isFound ? 'public, max-age=31536000, immutable' : 'no-store');
  return new Response(file.body, { status: file.status, headers });
});
