import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { isOutage } from '../db/client.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AppEnv } from './context.ts';
import { statuses } from './statuses.ts';

/** Seconds after which the same request may succeed. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = {
  rate_limited: 60,
  database_unavailable: 5,
  log_unavailable: 5,
  stripe_rate_limited: 5,
};

/**
 * Problem details (RFC 9457). Without a `type` the title is the status' own; clients match on `code`. `errors` names the
 * wrong fields, as in the RFC's own example.
 */
export function problem(c: Context<AppEnv>, error: AppError, headers: Record<string, string> = {}): Response {
  const status = statuses[error.code];
  const retryAfter = retryAfterSeconds[error.code];
  const body = {
    title: STATUS_CODES[status],
    status,
    detail: error.message,
    code: error.code,
    request_id: c.var.requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(status === 401 ? { 'www-authenticate': challenge(error.code) } : {}),
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    ...headers,
  });
}

/** Any thrown value as an `AppError`. Details of other errors never reach the caller. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new AppError('malformed_json', 'The body is not JSON.', { cause: error });
  }
  if (isOutage(error)) {
    return new AppError('database_unavailable', 'The database cannot be reached. Try again.', {
      cause: error,
    });
  }
  return new AppError('internal_error', 'Something went wrong on our side. Try again.', { cause: error });
}

/** https://datatracker.ietf.org/doc/html/rfc6750#section-3 */
function challenge(code: ErrorCode): string {
  return code === 'token_missing' || code === 'invalid_credentials'
    ? 'Bearer'
    : 'Bearer error="invalid_token"';
}
