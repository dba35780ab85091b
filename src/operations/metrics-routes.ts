import { timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { parseAccept } from 'hono/utils/accept';
import { AppError } from '../errors.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { contentTypes, expose, type MediaType } from '../metrics/exposition.ts';
import { rebuildMetrics } from './rebuild-metrics.ts';

export const metricsRoutes = new Hono<AppEnv>()
  .get('/', async (c) => {
    const { config, shards } = c.var.deps;
    if (config.metricsToken !== null) verifyToken(config.metricsToken, c.req.header('authorization'));
    const mediaTypes = Object.keys(contentTypes) as MediaType[]; // sound: its keys are the types
    const mediaType = preferred(c.req.header('accept'), mediaTypes) ?? 'text/plain';
    const encoding = preferred(acceptedEncodings(c), ['gzip', 'identity']) ?? 'identity';
    return c.body(expose(await shards.sums(), mediaType), 200, {
      'content-type': contentTypes[mediaType],
      vary: 'Accept, Accept-Encoding',
      // The runtime compresses it (https://developers.cloudflare.com/workers/runtime-apis/response/#parameters, encodeBody).
      ...(encoding === 'gzip' ? { 'content-encoding': encoding } : {}),
    });
  })
  .post('/rebuild', authenticateStaff, async (c) => {
    await rebuildMetrics(c.var.deps, c.var.actor);
    return c.json({ rebuilding: true }, 202);
  });

/** What the client prefers among what we support. A q of 0 means: not at all (RFC 9110, 12.4.2). */
function preferred<T extends string>(header: string | undefined, supported: readonly T[]): T | undefined {
  const liked = parseAccept(header ?? '').filter(({ q }) => q > 0);
  const [best] = liked
    .sort((a, b) => b.q - a.q)
    .flatMap(({ type }) => supported.filter((one) => one === type));
  return best;
}

/**
 * The client's own Accept-Encoding. The header that reaches a Worker is what Cloudflare's edge accepts
 * (https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties).
 */
function acceptedEncodings(c: Context<AppEnv>): string | undefined {
  const { cf } = c.req.raw as Request<unknown, IncomingRequestCfProperties | undefined>;
  return cf?.clientAcceptEncoding ?? c.req.header('accept-encoding');
}

/** Throws unless the header carries the metrics token, compared in constant time. */
function verifyToken(token: string, header: string | undefined): void {
  if (!header) throw new AppError('token_missing', 'Send the metrics token as a bearer token.');
  const [expected, given] = [`Bearer ${token}`, header].map((text) => new TextEncoder().encode(text));
  const isRight = expected && given && expected.length === given.length && timingSafeEqual(expected, given);
  if (!isRight) throw new AppError('token_invalid', 'The metrics token is not valid.');
}
