import type { MiddlewareHandler } from 'hono';
import { AppError } from '../errors.ts';

/**
 * Reads an empty body as `{}`, also where its type says JSON: a route that had no body before goes on taking none. One of
 * another type is refused, since what it says would be passed over.
 */
export const optionalBody: MiddlewareHandler = async (c, next) => {
  const isEmpty = (await c.req.text()) === '';
  if (!isEmpty && !/^application\/([a-z.-]+\+)?json\b/i.test(c.req.header('content-type') ?? ''))
    throw new AppError('malformed_json', 'The body is not sent as JSON.');
  if (isEmpty) c.req.json = async <T>() => ({}) as T;
  await next();
};
