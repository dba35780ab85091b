import type { Context } from 'hono';

/** The client's IP address, as Cloudflare saw it; null without Cloudflare in front (locally). */
export function clientAddress(c: Context): string | null {
  return c.req.header('cf-connecting-ip') ?? null;
}
