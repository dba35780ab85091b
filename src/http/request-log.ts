import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { describeCauses } from '../errors.ts';
import type { AppEnv } from './context.ts';
import { toAppError } from './problem.ts';

/** Counts each request, and logs one line of JSON of it, without tokens, queries, bodies or error messages. */
export const requestLog = createMiddleware<AppEnv>(async (c, next) => {
  const start = Date.now();
  await next();
  const { error } = c;
  const route = routeOf(c);
  // Counted by the route as it is written: what a stranger writes instead must make no series.
  const isRoute = route !== '/*' && c.res.status !== 405;
  const labels = {
    route: isRoute ? `${c.req.method} ${route}` : 'other',
    status: `${Math.floor(c.res.status / 100)}xx`,
  };
  c.var.deps?.count({ metric: 'crm_portal_requests_total', labels, value: 1 });
  const line = {
    request_id: c.var.requestId,
    method: c.req.method,
    route,
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
