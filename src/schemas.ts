import * as v from 'valibot';

/**
 * One line of text that PostgreSQL can hold and a person can read: no control or direction characters, no half of a
 * surrogate pair, and at least one letter or digit that shows (U+3164 is a letter that does not).
 */
export const line = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.maxLength(maxLength),
    v.regex(/(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u, 'Must hold a letter or a digit.'),
    v.check(
      (value) => value.isWellFormed() && !/[\p{Cc}\p{Bidi_Control}]/u.test(value),
      'Must not hold control characters.',
    ),
  );

export const email = v.pipe(line(254), v.email());

/** A row's id in a path or a query: a positive whole number, in digits. */
export const rowId = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,15}$/, 'Must be a positive whole number.'),
  v.transform(Number),
  v.safeInteger(),
);

export const ProposalParam = v.object({ proposal_id: rowId });

/** The same key with the same body is the same request sent again (draft-ietf-httpapi-idempotency-key-header). */
export const IdempotencyHeader = v.object({ 'idempotency-key': v.optional(line(255)) });
