/** The stable code of every refusal and failure. Clients match on it, so a code is never renamed or reused. */
export type ErrorCode =
  // the request is wrong
  | 'malformed_json'
  | 'body_too_large'
  | 'invalid_request'
  | 'invalid_proposal_id'
  | 'invalid_amount'
  | 'invalid_signature'
  | 'invalid_event'
  | 'wrong_livemode'
  | 'route_not_found'
  | 'method_not_allowed'
  // the caller is not allowed
  | 'token_missing'
  | 'token_invalid'
  | 'token_expired'
  | 'invalid_credentials'
  | 'forbidden'
  | 'rate_limited'
  // the proposal's state does not allow it
  | 'proposal_not_found'
  | 'proposal_not_approved'
  | 'proposal_void'
  | 'already_approved'
  | 'already_paid'
  | 'payment_pending'
  | 'session_not_found'
  | 'version_conflict'
  | 'amount_mismatch'
  | 'checkout_open'
  // we, or a service we depend on, failed
  | 'not_configured'
  | 'database_unavailable'
  | 'log_unavailable'
  | 'stripe_refused'
  | 'stripe_failed'
  | 'stripe_rate_limited'
  | 'stripe_timeout'
  | 'internal_error';

/** A refusal or failure with a stable code and a sentence that can be shown to the caller. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

/**
 * What a log line may say of an error and its causes: names, codes and places in our code. Never their messages, since
 * vendors' messages quote what they were sent.
 */
export function describeCauses(error: unknown): object[] {
  const causes: object[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const stack = cause.stack ?? '';
    const [at] = /\n\s+at .*/.exec(stack.slice(stack.indexOf(cause.message) + cause.message.length)) ?? [];
    const code = 'code' in cause ? cause.code : undefined;
    causes.push({ name: cause.name, code, at: at?.trim() });
  }
  return causes;
}
