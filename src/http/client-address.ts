import type { Context } from 'hono';

/** The address the request came from, as Cloudflare saw it; null where no Cloudflare stands in front (local). */
export function clientAddress(c: Context): string | null {
  return c.req.header('cf-connecting-ip') ?? null;
}
