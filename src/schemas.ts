import * as v from 'valibot';

/** All but the overrides, which turn letters around: those are refused. https://www.unicode.org/reports/tr9/ */
const directionMarks = /(?![\u202D\u202E])\p{Bidi_Control}/gu;

/**
 * What comes along unseen when text is copied: direction marks are left out, and lines end as they do everywhere. By a name of its own, since the reference describes what comes before `transform` alone.
 */
export const cleanText = {
  ...v.transform((text: string) => text.replace(directionMarks, '').replaceAll('\r\n', '\n')),
  type: 'clean_text',
} as const;

/**
 * One line of text that PostgreSQL can hold and a person can read: no control characters, no half of a surrogate pair, and at
 * least one letter or digit that shows (U+3164 is a letter that does not).
 */
export const line = (maxLength: number) =>
  v.pipe(
    v.string(),
    cleanText,
    v.trim(),
    v.maxLength(maxLength),
    v.regex(/(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u, 'Must hold a letter or a digit.'),
    v.check(
      (text) => text.isWellFormed() && !/[\p{Cc}\p{Bidi_Control}]/u.test(text),
      'Must not hold control characters.',
    ),
  );

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
