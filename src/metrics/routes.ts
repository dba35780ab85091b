import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { contentType, toText } from './exposition.ts';

export const metricsRoutes = new Hono<AppEnv>()
  .get('/', async (c) => {
    const { config, shards } = c.var.deps;
    if (config.metricsToken !== null) requireToken(config.metricsToken, c.req.header('authorization'));
    return c.body(toText(await shards.sums()), 200, { 'content-type': contentType });
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
