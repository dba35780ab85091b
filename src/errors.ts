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
  | 'second_factor_required'
  | 'proof_required'
  | 'forbidden'
  | 'rate_limited'
  | 'too_many_codes'
  // the proposal's state does not allow it
  | 'proposal_not_found'
  | 'proposal_not_approved'
  | 'proposal_void'
  | 'proposal_declined'
  | 'proposal_expired'
  | 'already_approved'
  | 'already_paid'
  | 'payment_pending'
  | 'session_not_found'
  | 'login_session_not_found'
  | 'user_not_found'
  | 'second_factor_on'
  | 'second_factor_off'
  | 'last_admin'
  | 'already_a_member'
  | 'team_full'
  | 'address_in_use'
  | 'invitation_not_found'
  | 'link_over'
  | 'version_conflict'
  | 'amount_mismatch'
  | 'checkout_open'
  | 'limit_reached'
  | 'nothing_due'
  | 'pay_in_full_not_offered'
  | 'instalment_not_found'
  | 'not_on_request'
  | 'payment_not_found'
  | 'payment_ambiguous'
  | 'payment_disputed'
  | 'paid_through_stripe'
  | 'not_refundable'
  | 'overpayment'
  | 'refund_pending'
  | 'refund_too_large'
  | 'anomaly_not_found'
  | 'idempotency_key_reused'
  | 'logo_not_found'
  | 'mail_not_found'
  | 'mail_under_way'
  | 'mail_off'
  | 'books_not_connected'
  | 'books_connection_lost'
  | 'books_currency'
  | 'books_taken'
  | 'booking_not_found'
  | 'booking_not_blocked'
  // we, or a service we depend on, failed
  | 'not_configured'
  | 'database_unavailable'
  | 'log_unavailable'
  | 'stripe_refused'
  | 'stripe_failed'
  | 'stripe_rate_limited'
  | 'stripe_timeout'
  | 'books_refused'
  | 'books_failed'
  | 'internal_error';

/** What can be wrong with a field. Clients have words for each, so a code is never renamed or reused. */
export const fieldErrorCodes = [
  'required',
  'wrong_type',
  'unknown_value',
  'too_short',
  'too_long',
  'too_small',
  'too_large',
  'not_an_integer',
  'invalid_format',
  'too_many_decimals',
  'not_chargeable',
  'not_found',
  'in_the_past',
  'in_the_future',
  'above_line',
  'above_subtotal',
  'above_total',
  'wrong_sum',
  'wrong_password',
  'wrong_code',
  'too_common',
  'low_contrast',
  'unsafe',
] as const;

export type FieldErrorCode = (typeof fieldErrorCodes)[number];

/**
 * A wrong field of a request. `pointer` is a JSON Pointer as a URI fragment (RFC 6901, section 6): into the body, or to the
 * parameter of that name.
 */
export type FieldError = { readonly pointer: string; readonly code: FieldErrorCode; readonly detail: string };

/** A refusal or failure with a stable code and a sentence that can be shown to the caller. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** The wrong fields, where a field is what is wrong. */
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    { errors, ...options }: ErrorOptions & { errors?: readonly FieldError[] | undefined } = {},
  ) {
    super(detail, options);
    this.code = code;
    this.errors = errors;
  }
}

/** The refusal of one field, by its name. */
export function invalidField(
  code: ErrorCode,
  name: string,
  wrong: { readonly code: FieldErrorCode; readonly detail: string },
  options: ErrorOptions = {},
): AppError {
  const errors = [{ pointer: `#/${name}`, ...wrong }];
  return new AppError(code, `${name}: ${wrong.detail}`, { ...options, errors });
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
