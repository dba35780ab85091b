import * as v from 'valibot';
import { approvalMethods, declineReasons } from '../domain/entry.ts';
import { proposalStatuses } from '../domain/proposal.ts';
import { mostParts, type UnnamedPart } from '../domain/terms.ts';
import { amountCents, calendarDate, coded, decimal, email, paragraphs, searchText } from '../http/fields.ts';
import { line, rowId } from '../schemas.ts';

/** Above zero, to 100, with two decimals at most. */
const percent = v.pipe(decimal(2), v.gtValue(0), v.maxValue(100));

const largestPrice = 999_999_999_999;

export const LineItem = v.pipe(
  v.object({
    description: line(500),
    quantity: v.pipe(decimal(3), v.gtValue(0), v.maxValue(1_000_000)),
    unit_price_cents: v.pipe(
      v.number(),
      v.safeInteger(),
      v.minValue(-largestPrice),
      v.maxValue(largestPrice),
    ),
    discount_percent: v.exactOptional(percent),
    discount_cents: v.exactOptional(amountCents),
    tax_percent: v.exactOptional(v.pipe(decimal(3), v.minValue(0), v.maxValue(100))),
    tax_inclusive: v.exactOptional(v.boolean()),
  }),
  v.check(
    ({ discount_percent: share, discount_cents: cents }) => share === undefined || cents === undefined,
    'Must have a discount in percent or an amount, not both.',
  ),
);

/** A deposit in percent of the total or in minor units; null is none. */
export const Deposit = v.nullable(
  v.union([v.strictObject({ percent }), v.strictObject({ amount_cents: amountCents })]),
);

export const Due = v.union([
  v.picklist(['approval', 'request']),
  v.strictObject({ date: calendarDate }),
  v.strictObject({
    days_after_approval: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(3650)),
  }),
]);

const Part = v.pipe(
  v.strictObject({
    label: line(100),
    percent: v.optional(percent),
    amount_cents: v.optional(amountCents),
    rest: v.optional(v.literal(true)),
    due: Due,
  }),
  v.check(
    (part) =>
      [part.percent, part.amount_cents, part.rest].filter((amount) => amount !== undefined).length === 1,
    'Must have a percentage, an amount, or be the rest.',
  ),
  // Sound: it has exactly one of them.
  v.transform((part) => part as UnnamedPart),
);

/** The rest is what the other parts leave, so it is the last one. */
export const Schedule = v.pipe(
  v.array(Part),
  v.minLength(1),
  v.maxLength(mostParts),
  v.check(
    coded((parts: UnnamedPart[]) => parts.slice(0, -1).every((part) => !('rest' in part)), 'wrong_sum'),
    'The rest must be the last part.',
  ),
);

const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const content = {
  title: line(200),
  customer_name: line(200),
  customer_email: email,
  line_items: v.pipe(v.array(LineItem), v.minLength(1), v.maxLength(200)),
};

const terms = {
  /** Of the whole; null is none, as is neither. */
  discount_percent: v.optional(v.nullable(percent)),
  discount_cents: v.optional(v.nullable(amountCents)),
  deposit: v.optional(Deposit),
  schedule: v.optional(v.nullable(Schedule)),
  valid_until: v.optional(v.nullable(calendarDate)),
  terms: v.optional(v.nullable(paragraphs(10_000))),
};

export const CreateProposalBody = v.object({
  ...content,
  ...terms,
  lead_id: v.optional(v.pipe(v.string(), v.uuid())),
});

/** Missing fields stay as they are. `version` is the one that the caller saw; if it is not the current one, the change is refused. */
export const ReviseProposalBody = v.object({
  ...v.partial(v.object(content)).entries,
  ...terms,
  version: v.optional(version),
});

/** PostgreSQL's largest integer: no entry has a higher seq. */
const maxSeq = 2 ** 31 - 1;

export const ListActivityQuery = v.object({ cursor: v.optional(v.pipe(rowId, v.maxValue(maxSeq))) });

/** What a list of proposals can be sorted by; with a minus, the other way around. */
export const proposalSorts = [
  '-created_at',
  'created_at',
  'title',
  '-title',
  'customer_name',
  '-customer_name',
  'total_cents',
  '-total_cents',
] as const;

/**
 * `q`: words, in any order, each a part of the title or of the customer's name or email address, or the number of the proposal
 * (`#300`); accents and case do not matter. `from` and `to` are dates in the org's time zone, both included.
 */
export const ListProposalsQuery = v.object({
  cursor: v.optional(rowId),
  status: v.optional(v.picklist(proposalStatuses)),
  q: v.optional(searchText),
  sort: v.optional(v.picklist(proposalSorts)),
  from: v.optional(calendarDate),
  to: v.optional(calendarDate),
});

/** Staff who approve for a customer say how the customer agreed. */
export const ApproveBody = v.object({
  name: line(200),
  version,
  method: v.optional(v.picklist(approvalMethods)),
  reference: v.optional(line(200)),
});

/** Without a body, as earlier pages ask, the link is mailed where mail is on. */
export const SendBody = v.object({ mail: v.optional(v.boolean()) });

/** Without a body, as earlier pages ask, it is the current version that was looked at. */
export const ViewBody = v.object({ version: v.optional(version) });

export const DeclineBody = v.object({
  reason: v.picklist(declineReasons),
  comment: v.optional(paragraphs(2_000)),
});
