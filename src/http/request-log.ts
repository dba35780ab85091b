import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { describeCauses } from '../errors.ts';
import type { AppEnv } from './context.ts';
import { toAppError } from './problem.ts';

/** Logs one line of JSON per request, without tokens, queries, bodies or error messages. */
export const requestLog = createMiddleware<AppEnv>(async (c, next) => {
  const start = Date.now();
  await next();
  const { error } = c;
  const line = {
    request_id: c.var.requestId,
    method: c.req.method,
    route: routeOf(c),
    status: c.res.status,
    duration_ms: Date.now() - start,
    ...(c.var.outcome ? { outcome: c.var.outcome } : {}),
    ...(error ? { code: toAppError(error).code } : {}),
    ...(error && c.res.status >= 500 ? { causes: describeCauses(error) } : {}),
  };
  // biome-ignore lint/suspicious/noConsole: this is the log
  console.log(JSON.stringify(line));
});

/** The path of the handler, as the route is written. Middleware that comes after it in the app matches too. */
function routeOf(c: Context<AppEnv>): string {
  return matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? '/*';
}
