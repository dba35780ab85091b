import type { ErrorCode, FieldError } from '../../../src/errors.ts';
import { Problem } from '../api.ts';
import { chargeableWords, fieldWords } from '../fields/field-words.ts';

/** What went wrong and what to do about it, by the API's code. Nothing that the server wrote is shown. */
const problemWords: Readonly<Record<ErrorCode | 'unreachable', string>> = {
  unreachable: 'We cannot be reached right now. Check your connection and try again.',
  malformed_json: 'The request was damaged on its way. Please try again.',
  body_too_large: 'This is too much at once. Shorten it, or make two proposals of it.',
  invalid_request: 'Something is not right yet. Please look at the fields.',
  invalid_proposal_id: 'There is no such proposal.',
  invalid_amount: 'The amount is not right yet. Please look at the fields.',
  invalid_signature: 'The request was not signed as it should be.',
  invalid_event: 'The request was not understood.',
  wrong_livemode: 'This belongs to another mode of Stripe.',
  route_not_found: 'There is no such page.',
  method_not_allowed: 'That cannot be done here.',
  token_missing: 'Please sign in.',
  token_invalid: 'You were signed out. Please sign in again.',
  token_expired: 'You were signed out. Please sign in again.',
  invalid_credentials: 'The email or the password is wrong.',
  forbidden: 'You may not do that. Ask an admin of your organization.',
  rate_limited: 'That was too much in a short time. Please wait a minute and try again.',
  proposal_not_found: 'There is no such proposal.',
  proposal_not_approved: 'The proposal is not approved yet.',
  proposal_void: 'The proposal is void.',
  proposal_declined: 'The proposal was declined. A new version reopens it.',
  proposal_expired: 'The offer ran out. A new version with a later date reopens it.',
  already_approved: 'The proposal is approved already.',
  already_paid: 'It is paid already.',
  payment_pending: 'A payment is processing. Wait until it is through.',
  session_not_found: 'There is no such payment.',
  version_conflict: 'Somebody else changed this proposal meanwhile. Nothing was saved.',
  amount_mismatch: 'The amount has changed meanwhile. Load the page again to see it.',
  checkout_open: 'The customer is paying right now. Try again in a few minutes.',
  limit_reached: 'This proposal has reached a limit. Duplicate it and go on with the copy.',
  nothing_due: 'Nothing is due.',
  pay_in_full_not_offered: 'Paying everything at once is not offered.',
  instalment_not_found: 'The schedule has changed meanwhile. Load the page again to see it.',
  not_on_request: 'This part has a date of its own.',
  payment_not_found: 'There is no such payment.',
  payment_ambiguous: 'It is not clear which payment is meant. Load the page again.',
  payment_disputed: 'The customer’s bank disputes this payment, so it cannot be refunded.',
  paid_through_stripe: 'This payment came through Stripe. Refund it there, or here with Refund.',
  not_refundable: 'This payment cannot be refunded here.',
  overpayment: 'This is more than what remains. Check the amount, or tick the box below it.',
  refund_pending: 'A refund of this payment is under way. Wait until it is through.',
  refund_too_large: 'This is more than what is left of the payment.',
  anomaly_not_found: 'This is settled already. Load the page again.',
  idempotency_key_reused: 'This was sent before with other contents. Load the page again.',
  mail_not_found: 'There is no such mail.',
  mail_under_way: 'This mail is on its way already.',
  mail_off: 'Mail is off.',
  not_configured: 'This is not set up yet. Ask the operator of the service.',
  database_unavailable: 'We cannot be reached right now. Please try again in a moment.',
  log_unavailable: 'We cannot be reached right now. Please try again in a moment.',
  stripe_refused: 'Stripe would not do this. Its dashboard says why.',
  stripe_failed: 'Stripe did not answer as it should. Please try again in a moment.',
  stripe_rate_limited: 'Stripe is busy. Please try again in a moment.',
  stripe_timeout: 'Stripe did not answer in time. Please try again in a moment.',
  internal_error: 'Something went wrong on our side. Please try again in a moment.',
};

/** What went wrong, in words. */
export function wordsOf(error: Error): string {
  return error instanceof Problem ? problemWords[error.code] : problemWords.internal_error;
}

/** The words for each wrong field, by the name of the field: its JSON Pointer without `#/`. */
export function wrongFields(error: Error | null, currency: string): Record<string, string> {
  const errors = error instanceof Problem ? error.errors : [];
  return Object.fromEntries(errors.map((wrong) => [nameOf(wrong), wordsFor(wrong, currency)]));
}

/** The wrong fields with their labels, for a list beside the button: some are not fields of the page but sums of them. */
export function listWrongFields(error: Error, currency: string): readonly string[] {
  const errors = error instanceof Problem ? error.errors : [];
  return errors.map((wrong) => `${labelOf(nameOf(wrong))}: ${wordsFor(wrong, currency)}`);
}

const nameOf = ({ pointer }: FieldError) => pointer.replace(/^#\/?/, '');

function wordsFor({ code }: FieldError, currency: string): string {
  return code === 'not_chargeable' ? chargeableWords(currency) : fieldWords[code];
}

const labels: Readonly<Record<string, string>> = {
  title: 'Title',
  customer_name: 'Customer’s name',
  customer_email: 'Customer’s email',
  line_items: 'Total',
  discount_percent: 'Discount',
  discount_cents: 'Discount',
  schedule: 'Payments',
  deposit: 'Deposit',
  valid_until: 'Valid until',
  terms: 'Terms',
  name: 'Name',
  email: 'Email',
  phone: 'Phone',
  source: 'Source',
  amount_cents: 'Amount',
  received_on: 'Received on',
  reference: 'Reference',
  reason: 'Reason',
  comment: 'In their words',
  note: 'Why it is all right',
};

/** `line_items/2/quantity` is line 3. */
function labelOf(name: string): string {
  const [first = '', index] = name.split('/');
  if (first === 'line_items' && index !== undefined) return `Line ${Number(index) + 1}`;
  if (first === 'schedule' && index !== undefined) return `Payment ${Number(index) + 1}`;
  return labels[first] ?? 'The request';
}
