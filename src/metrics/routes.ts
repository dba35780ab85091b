import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { AppError } from '../errors.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { contentTypes, expose, type MediaType } from './exposition.ts';

/** The first of the best liked that we have; what has a q of 0 is not wanted at all (RFC 9110, 12.4.2). */
const match: Parameters<typeof accepts>[1]['match'] = (liked, { supports, default: otherwise }) => {
  const best = liked.filter(({ q }) => q > 0).sort((a, b) => b.q - a.q);
  return best.find(({ type }) => supports.includes(type))?.type ?? otherwise;
};

export const metricsRoutes = new Hono<AppEnv>()
  .get('/', async (c) => {
    const { config, shards } = c.var.deps;
    if (config.metricsToken !== null) requireToken(config.metricsToken, c.req.header('authorization'));
    const supports = Object.keys(contentTypes);
    const mediaType = accepts(c, { header: 'Accept', supports, default: 'text/plain', match }) as MediaType;
    return c.body(expose(await shards.sums(), mediaType), 200, {
      'content-type': contentTypes[mediaType],
      vary: 'Accept',
    });
  })
  .post('/rebuild', authenticateStaff, async (c) => {
    const { actor, deps } = c.var;
    if (actor.role !== 'admin') throw new AppError('forbidden', 'Only admins may do this.');
    await deps.shards.rebuild();
    return c.json({ rebuilding: true }, 202);
  });

function requireToken(token: string, header: string | undefined): void {
  if (!header) throw new AppError('token_missing', 'Send the metrics token as a bearer token.');
  const [expected, given] = [`Bearer ${token}`, header].map((text) => new TextEncoder().encode(text));
  const isRight = expected && given && expected.length === given.length && timingSafeEqual(expected, given);
  if (!isRight) throw new AppError('token_invalid', 'The metrics token is not valid.');
}
