import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './context.ts';

/** Routes that no browser needs: Stripe posts to one, Prometheus scrapes the other. */
const machinesOnly = /^\/(payments\/webhook|metrics)(\/|$)/;

/** How long a browser may cache a preflight, in seconds: Chromium's maximum. */
const preflightSeconds = 7200;

/** Lets the portal's pages, and no others, read our answers (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export const portalCors = createMiddleware<AppEnv>((c, next) => {
  if (machinesOnly.test(c.req.path)) return next();
  return cors({
    origin: c.var.deps.config.portalOrigin,
    allowMethods: ['GET', 'POST', 'PATCH'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
    exposeHeaders: ['retry-after'],
    maxAge: preflightSeconds,
  })(c, next);
});
