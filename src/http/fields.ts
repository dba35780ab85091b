import * as v from 'valibot';
import { isDate } from '../domain/calendar.ts';
import { maximumTotal } from '../domain/currency.ts';
import { isEmailAddress } from '../domain/email-address.ts';
import { decimalsOf } from '../domain/rounding.ts';
import type { FieldErrorCode } from '../errors.ts';
import { cleanText, line } from '../schemas.ts';

// Kinds of fields that several features have.

/** Several lines of text, held to the same. */
export const paragraphs = (maxLength: number) =>
  v.pipe(
    v.string(),
    cleanText,
    v.trim(),
    v.maxLength(maxLength),
    v.check(
      (text) => text.isWellFormed() && !/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u.test(text),
      'Must not hold control characters.',
    ),
  );

/** A search text, which may be empty. */
export const searchText = v.pipe(
  v.string(),
  cleanText,
  v.trim(),
  v.maxLength(200),
  v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'Must not hold control characters.'),
);

/** The address of a person's mail. */
export const email = v.pipe(
  line(254),
  v.check(isEmailAddress, 'Must be an email address such as mary@example.com.'),
);

/** A check whose refusal has a code of its own. */
export function coded<T>(isRight: (value: T) => boolean, code: FieldErrorCode): (value: T) => boolean {
  return Object.assign((value: T) => isRight(value), { code });
}

/** A number with so many decimals at most. */
export const decimal = (decimals: number) =>
  v.pipe(
    v.number(),
    v.finite(),
    v.check(
      coded((value: number) => decimalsOf(value) <= decimals, 'too_many_decimals'),
      `Must have at most ${decimals} decimals.`,
    ),
  );

/** A date that the calendar has: `2026-11-26`. */
export const calendarDate = v.pipe(v.string(), v.check(isDate, 'Must be a date such as 2026-11-26.'));

/** An amount in minor units, above zero. */
export const amountCents = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maximumTotal));
