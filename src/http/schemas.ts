import * as v from 'valibot';

/** One line of text that PostgreSQL and a page can hold: no control characters, no half of a surrogate pair. */
export const line = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.nonEmpty(),
    v.maxLength(maxLength),
    v.check((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), 'Must not hold control characters.'),
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
