import { createMiddleware } from 'hono/factory';
import type { AppEnv } from './context.ts';

/**
 * Who follows an unknown address in a browser gets the portal's page, which says so in words; programs get the problem, as
 * ever. The status is the same.
 */
export const pageForPeople = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const isPerson = c.req.method === 'GET' && c.req.header('accept')?.includes('text/html');
  if (!c.var.isUnknownRoute || !isPerson) return;
  const page = await c.env.ASSETS.fetch(new URL('/', c.req.url));
  c.res = undefined; // with its headers, which are not for a page
  c.res = new Response(page.body, { status: 404, headers: page.headers });
});
