import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { AppEnv } from './context.ts';

/**
 * Lets in the portal's own pages only, where a cookie is read or set: a browser states the origin of a page with every POST
 * (https://fetch.spec.whatwg.org/#origin-header), and no page can state another. Other routes read no cookie.
 */
export const sameOrigin = createMiddleware<AppEnv>((c, next) => {
  const own = [c.var.deps.config.portalOrigin, new URL(c.req.url).origin];
  const origin = c.req.header('origin');
  if (!origin || !own.includes(origin)) {
    throw new AppError('forbidden', "Only the portal's own pages may do this.");
  }
  return next();
});
