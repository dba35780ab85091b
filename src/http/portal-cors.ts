import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './context.ts';

/** What no browser has business with: Stripe posts to one, Prometheus scrapes the other. */
const machinesOnly = /^\/(payments\/webhook|metrics)(\/|$)/;

/** How long a browser need not ask again, in seconds: the most that Chromium takes. */
const preflightSeconds = 7200;

/** Lets the portal's pages, and no others, read what we answer (https://fetch.spec.whatwg.org/#http-cors-protocol). */
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
