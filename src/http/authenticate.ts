import { createMiddleware } from 'hono/factory';
import type { Actor, Staff } from '../domain/actor.ts';
import { AppError } from '../errors.ts';
import type { AppEnv } from './context.ts';
import { countAgainst } from './limits.ts';

/** Lets in the bearer of a valid token: a user's or a portal link's (RFC 6750). */
export const authenticate = createMiddleware<AppEnv>(async (c, next) => {
  c.set('actor', await bearer(c.var.deps, c.req.header('authorization')));
  await next();
});

/** Lets in the bearer of a user's token only. What the user may do is the verb's to say. */
export const authenticateStaff = createMiddleware<
  Omit<AppEnv, 'Variables'> & { Variables: AppEnv['Variables'] & { actor: Staff } }
>(async (c, next) => {
  const actor = await bearer(c.var.deps, c.req.header('authorization'));
  if (actor.kind !== 'staff') throw new AppError('forbidden', 'Only staff may do this.');
  c.set('actor', actor);
  await next();
});

/**
 * Who the bearer is, counted against what a link, a user and an org may ask for. Each generation counts by itself: a token that
 * was revoked uses up nothing of the one that replaced it.
 */
async function bearer(deps: AppEnv['Variables']['deps'], header: string | undefined): Promise<Actor> {
  const [, token] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  if (!token) throw new AppError('token_missing', 'Send a bearer token in the Authorization header.');
  const actor = await deps.tokens.parse(token, deps.now());
  await countAgainst(deps, [
    actor.kind === 'staff'
      ? { limit: 'user', key: `user:${actor.userId}:${actor.generation}` }
      : { limit: 'link', key: `link:${actor.proposalId}:${actor.generation}` },
    { limit: 'org', key: `org:${actor.orgId}` },
  ]);
  return actor;
}
