import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isOutage } from '../db/client.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { AppEnv } from './context.ts';

const statuses: Record<ErrorCode, ContentfulStatusCode> = {
  malformed_json: 400,
  body_too_large: 413,
  invalid_request: 400,
  invalid_proposal_id: 400,
  invalid_amount: 400,
  invalid_signature: 400,
  invalid_event: 400,
  route_not_found: 404,
  method_not_allowed: 405,
  token_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  invalid_credentials: 401,
  forbidden: 403,
  rate_limited: 429,
  proposal_not_found: 404,
  proposal_not_approved: 409,
  proposal_void: 409,
  already_approved: 409,
  already_paid: 409,
  version_conflict: 409,
  amount_mismatch: 409,
  checkout_open: 409,
  not_configured: 503,
  database_unavailable: 503,
  log_unavailable: 503,
  stripe_failed: 502,
  stripe_rate_limited: 503,
  stripe_timeout: 504,
  internal_error: 500,
};

/** Seconds after which the same request may well succeed. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = {
  rate_limited: 60,
  database_unavailable: 5,
  log_unavailable: 5,
  stripe_rate_limited: 5,
};

/** Problem details (RFC 9457): no `type`, so the title is the status' own; `code` is what clients match on. */
export function problem(c: Context<AppEnv>, error: AppError, headers: Record<string, string> = {}): Response {
  const status = statuses[error.code];
  const retryAfter = retryAfterSeconds[error.code];
  const body = {
    title: STATUS_CODES[status],
    status,
    detail: error.message,
    code: error.code,
    request_id: c.var.requestId,
  };
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(status === 401 ? { 'www-authenticate': challenge(error.code) } : {}),
    ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    ...headers,
  });
}

/** Whatever was thrown, as one of our errors. Only an `AppError` says anything to the caller. */
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
