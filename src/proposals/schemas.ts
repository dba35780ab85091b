import * as v from 'valibot';
import { proposalStatuses } from '../domain/proposal.ts';
import { email, line, rowId } from '../schemas.ts';

export const LineItem = v.object({
  description: line(500),
  quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000)),
  unit_price_cents: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(99_999_999)),
});

const version = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const content = {
  title: line(200),
  customer_name: line(200),
  customer_email: email,
  line_items: v.pipe(v.array(LineItem), v.minLength(1), v.maxLength(200)),
};

export const CreateProposalBody = v.object({
  ...content,
  lead_id: v.optional(v.pipe(v.string(), v.uuid())),
});

/** Missing fields stay as they are. `version` is the one that the caller saw; if it is not the current one, the change is refused. */
export const ReviseProposalBody = v.object({
  ...v.partial(v.object(content)).entries,
  version: v.optional(version),
});

/** PostgreSQL's largest integer: no entry has a higher seq. */
const maxSeq = 2 ** 31 - 1;

export const ListActivityQuery = v.object({ cursor: v.optional(v.pipe(rowId, v.maxValue(maxSeq))) });

/** `q` is searched for in the title and in the customer's name and email address. */
export const ListProposalsQuery = v.object({
  cursor: v.optional(rowId),
  status: v.optional(v.picklist(proposalStatuses)),
  q: v.optional(line(200)),
});

export const ApproveBody = v.object({
  name: line(200),
  version,
});
