import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { AppEnv } from './context.ts';

const name = 'refresh';

/**
 * `__Host-`: only this host can set it, over HTTPS (RFC 6265bis, 4.1.3.2). Development has no HTTPS, and no prefix. No script can
 * read it, and no other site's page can have it sent.
 */
function options(c: Context<AppEnv>): CookieOptions {
  const shared = { path: '/', httpOnly: true, sameSite: 'Strict' } as const;
  return c.var.deps.config.isDevelopment ? shared : { ...shared, prefix: 'host', secure: true };
}

export function readRefreshCookie(c: Context<AppEnv>): string | undefined {
  return c.var.deps.config.isDevelopment ? getCookie(c, name) : getCookie(c, name, 'host');
}

export function setRefreshCookie(c: Context<AppEnv>, token: string, expires: Date): void {
  setCookie(c, name, token, { ...options(c), expires });
}

export function deleteRefreshCookie(c: Context<AppEnv>): void {
  deleteCookie(c, name, options(c));
}
