import { timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type Next } from 'hono';
import { parseAccept } from 'hono/utils/accept';
import { AppError } from '../errors.ts';
import type { AppEnv } from '../http/context.ts';
import { InTurn } from '../http/limits.ts';
import { validate } from '../http/validate.ts';
import { metricNames, orgMetricNames } from '../metrics/catalogue.ts';
import { contentTypes, type MediaType } from '../metrics/exposition.ts';
import { mergeSeries } from '../metrics/merge.ts';
import { MetricsQuery } from './schemas.ts';

/** Each holds a few pages of every shard, and takes the isolate's time: two Prometheus servers may ask at once. */
const scrapes = new InTurn('scrapes', 4);

export const metricsRoutes = new Hono<AppEnv>()
  .get('/', verifyMetricsToken, validate('query', MetricsQuery), async (c) => {
    const { org_id: orgId } = c.req.valid('query');
    const mediaTypes = Object.keys(contentTypes) as MediaType[]; // sound: its keys are the types
    const mediaType = preferred(c.req.header('accept'), mediaTypes) ?? 'text/plain';
    const encoding = preferred(acceptedEncodings(c), ['gzip', 'identity']) ?? 'identity';
    const families = orgId === undefined ? metricNames : orgMetricNames;
    const { deps } = c.var;
    const chunks = mergeSeries(deps.shards.series(orgId?.toString()), mediaType, families);
    return c.body(await toStream(scrapes.pass(deps, chunks)), 200, {
      'content-type': contentTypes[mediaType],
      vary: 'Accept, Accept-Encoding',
      // The runtime compresses it (https://developers.cloudflare.com/workers/runtime-apis/response/#parameters, encodeBody).
      ...(encoding === 'gzip' ? { 'content-encoding': encoding } : {}),
    });
  })
  .post('/rebuild', verifyOperatorToken, async (c) => {
    await c.var.deps.shards.rebuild();
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

/** Lets a request pass that carries the metrics token. */
async function verifyMetricsToken(c: Context<AppEnv>, next: Next): Promise<void> {
  verifyToken(c.var.deps.config.metricsToken, c.req.header('authorization'));
  await next();
}

/** Lets a request pass that carries the operator's token, which no org has. */
async function verifyOperatorToken(c: Context<AppEnv>, next: Next): Promise<void> {
  verifyToken(c.var.deps.config.operatorToken, c.req.header('authorization'));
  await next();
}

/** Compares in constant time. Without a token, in development, the route is open. */
function verifyToken(token: string | null, header: string | undefined): void {
  if (token === null) return;
  if (!header) throw new AppError('token_missing', 'Send the token of this route as a bearer token.');
  const [expected, given] = [`Bearer ${token}`, header].map((text) => new TextEncoder().encode(text));
  const isRight = expected && given && expected.length === given.length && timingSafeEqual(expected, given);
  if (!isRight) throw new AppError('token_invalid', 'The token of this route is another one.');
}

/**
 * A body of these chunks. It throws what the first one throws, so that a failure has its status; a later failure breaks the
 * response off, which no scraper takes for a whole one.
 */
async function toStream(chunks: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<string>> | IteratorResult<string> = await chunks.next();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await next;
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
      next = chunks.next();
      next.catch(() => {}); // the next pull reports it
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
