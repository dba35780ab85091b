import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { app } from '../../src/app.ts';
import type { Bindings } from '../../src/config.ts';
import { violations } from './check-answer.ts';

type Options = {
  token?: string;
  json?: unknown;
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** What Cloudflare's edge adds to the request. */
  cf?: Partial<IncomingRequestCfProperties>;
  /** Bindings that differ from the test's own. */
  bindings?: Partial<Bindings>;
};

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what it is, is what the tests assert
  json: any;
};

/** One request to the API, as the Worker gets it; its answer is held against the reference. `'POST /auth/login'` and what goes with it. */
export async function call(route: string, options: Options = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const headers = new Headers(options.headers);
  if (options.token) headers.set('authorization', `Bearer ${options.token}`);
  if (options.json !== undefined) headers.set('content-type', 'application/json');
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const context = createExecutionContext();
  const request = new Request(`https://api.test${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(options.cf ? { cf: options.cf } : {}),
  });
  // Without bindings of its own a request shares the isolate's adapters with others, as in production.
  const given = (options.bindings ? { ...env, ...options.bindings } : env) as Bindings;
  const response = await app.fetch(request, given, context);
  await waitOnExecutionContext(context);
  const text = await response.text();
  const isForGood = path.startsWith('/logos/') && response.ok;
  const caching = isForGood ? 'public, max-age=31536000, immutable' : 'no-store';
  expect(response.headers.get('cache-control'), route).toBe(caching);
  const contentType = response.headers.get('content-type');
  if (method !== 'HEAD' && method !== 'OPTIONS') {
    const { status } = response;
    expect(violations(method, path, { status, contentType, text }), `${route}: ${text}`).toEqual([]);
  }
  const isJson = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
