import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { AppEnv } from './context.ts';

/**
 * In development, refuses what comes from elsewhere: a page of another origin, which could post a pretend payment, and
 * another host, whose name may have been pointed at this machine (DNS rebinding). Programs send no Origin.
 */
export const localOnly = createMiddleware<AppEnv>(async (c, next) => {
  const { config } = c.var.deps;
  if (config.isDevelopment) {
    const { host, origin } = c.req.header();
    const ours = [undefined, config.portalOrigin, new URL(c.req.url).origin];
    const isOurs = ours.includes(origin);
    if (!isOurs || !isLocal(host)) {
      throw new AppError(
        'forbidden',
        'In development only this machine may ask, and only pages of the portal.',
      );
    }
  }
  await next();
});

function isLocal(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}
