import * as v from 'valibot';
import { email, line } from '../schemas.ts';

const LineItem = v.object({
  description: line(500),
  quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1_000_000)),
  unit_price_cents: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(99_999_999)),
});

export const CreateProposalBody = v.object({
  title: line(200),
  customer_name: line(200),
  customer_email: email,
  lead_id: v.optional(v.pipe(v.string(), v.uuid())),
  line_items: v.pipe(v.array(LineItem), v.minLength(1), v.maxLength(200)),
});

export const ApproveBody = v.object({
  name: line(200),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});
