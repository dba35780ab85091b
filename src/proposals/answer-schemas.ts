import * as v from 'valibot';
import { offlineMethods, proposalStatuses } from '../domain/proposal.ts';
import { Currency, Id, Money, pageOf, Time } from '../http/contract.ts';
import { Letterhead } from '../orgs/letterhead-schema.ts';
import { ActivityEntry } from './entry-schema.ts';
import { Deposit, Due, LineItem } from './schemas.ts';

// What the routes answer.

const summary = {
  id: Id,
  org_id: Id,
  lead_id: v.nullable(v.pipe(v.string(), v.uuid())),
  title: v.string(),
  customer_name: v.string(),
  customer_email: v.string(),
  currency: Currency,
  total_cents: Money,
  deposit_cents: v.pipe(Money, v.description('The first part, if it is due with the approval.')),
  held_cents: v.pipe(Money, v.description('What was paid, less refunds and lost disputes.')),
  due_cents: v.pipe(Money, v.description('What is to be paid now; before the approval, what it makes due.')),
  remaining_cents: v.pipe(Money, v.description('What of the total is not held.')),
  version: Id,
  status: v.picklist(proposalStatuses),
  valid_until: v.nullable(v.pipe(v.string(), v.isoDate())),
  expired: v.pipe(v.boolean(), v.description('The offer ran out before money was on it.')),
  created_at: Time,
};

export const ProposalSummary = v.pipe(v.object(summary), v.description('A proposal without its contents.'));
export const ProposalPage = pageOf(ProposalSummary);

export const TaxSum = v.object({ percent: v.number(), inclusive: v.boolean(), amount_cents: Money });

export const Instalment = v.object({
  key: v.pipe(v.string(), v.description('Names the part within its version.')),
  label: v.string(),
  percent: v.exactOptional(v.number()),
  rest: v.exactOptional(v.literal(true)),
  amount_cents: Money,
  due: Due,
  due_on: v.nullable(v.pipe(v.string(), v.isoDate())),
  state: v.picklist(['later', 'due', 'pending', 'paid']),
});

export const Payment = v.object({
  payment_id: v.pipe(v.string(), v.description('The session’s id, or ours for money beside Stripe.')),
  method: v.picklist(['stripe', ...offlineMethods]),
  amount_cents: Money,
  currency: Currency,
  paid_at: Time,
  refundable_cents: v.pipe(Money, v.description('What can still be refunded through Stripe.')),
  reversed: v.boolean(),
});

export const EarlierVersion = v.pipe(
  v.object({
    version: Id,
    title: v.string(),
    line_items: v.array(LineItem),
    discount_percent: v.nullable(v.number()),
    discount_cents: v.nullable(Money),
    total_cents: Money,
    schedule: v.nullable(v.array(v.object({ label: v.string(), amount_cents: Money, due: Due }))),
    valid_until: v.nullable(v.pipe(v.string(), v.isoDate())),
    terms: v.nullable(v.string()),
  }),
  v.description('What an earlier version said. Releases that knew no schedule left none: then it is null.'),
);

export const ProposalDetails = v.object({
  ...summary,
  org_name: v.string(),
  org: Letterhead,
  line_items: v.array(LineItem),
  discount_percent: v.nullable(v.number()),
  discount_cents: v.nullable(Money),
  subtotal_cents: v.pipe(Money, v.description('The lines, each less its own discount.')),
  discounted_cents: v.pipe(Money, v.description('What the discount on the whole takes off.')),
  taxes: v.pipe(v.array(TaxSum), v.description('By rate.')),
  tax_cents: Money,
  deposit: Deposit,
  schedule: v.array(Instalment),
  terms: v.nullable(v.string()),
  pay_in_full: v.pipe(v.boolean(), v.description('Whether all may be paid at once.')),
  time_zone: v.pipe(v.string(), v.description('The org’s, in which dates are meant.')),
  deposit_status: v.picklist(['unpaid', 'pending', 'failed', 'paid']),
  last_payment_failed: v.boolean(),
  approved_by: v.nullable(v.string()),
  approved_at: v.nullable(Time),
  paid_cents: Money,
  paid_at: v.nullable(Time),
  pending_cents: v.pipe(Money, v.description('Delayed payments that are being processed.')),
  refunded_cents: Money,
  lost_cents: v.pipe(Money, v.description('Lost in disputes.')),
  payments: v.array(Payment),
  sent_version: v.pipe(
    v.nullable(Id),
    v.description(
      'The version for which a link was made last; null where none was, or all were withdrawn since.',
    ),
  ),
  checkout_refusal: v.pipe(
    v.nullable(v.string()),
    v.description('Stripe’s code, where it would not take a payment of this version.'),
  ),
  last_seen: v.pipe(
    v.exactOptional(EarlierVersion),
    v.description(
      'The version that the customer saw or approved last, where a GET finds that it was replaced.',
    ),
  ),
});

const outcome = { id: Id, status: v.picklist(proposalStatuses), version: Id };
export const Voided = v.object(outcome);
export const Declined = v.object(outcome);
export const Approval = v.object({ ...outcome, approved_by: v.string(), approved_at: Time });
export const PortalLink = v.object({
  portal_url: v.pipe(v.string(), v.url(), v.description('Opens the proposal; the token is in the fragment.')),
  expires_at: v.pipe(Time, v.description('When it ends if nothing happens on the proposal until then.')),
  mailed: v.pipe(v.boolean(), v.description('Whether the customer is mailed it, or was in this hour.')),
});
export const SentLink = v.object({
  sent_at: Time,
  sent_by: v.pipe(
    v.nullable(v.string()),
    v.description('Their address, if they still have an account here.'),
  ),
  version: Id,
  mailed: v.pipe(v.boolean(), v.description('By us; otherwise staff copied it.')),
  to: v.pipe(
    v.nullable(v.string()),
    v.description('The customer’s address; null where it is another one by now.'),
  ),
  state: v.pipe(
    v.picklist(['open', 'withdrawn', 'replaced', 'ended']),
    v.description(
      '`replaced`: the customer’s address was corrected; `ended`: the proposal is void, or nothing happened for 180 days.',
    ),
  ),
  opened_at: v.pipe(v.nullable(Time), v.description('When the customer first looked after it was sent.')),
  ends_at: v.pipe(v.nullable(Time), v.description('When it ended, or ends if nothing happens until then.')),
});
export const LinksRevoked = v.object({ revoked: v.literal(true) });
export const Viewed = v.object({ viewed: v.literal(true) });
export const ActivityPage = pageOf(ActivityEntry);

/** By their names in the reference. */
export const proposalComponents = {
  LineItem,
  ProposalSummary,
  TaxSum,
  Instalment,
  Payment,
  EarlierVersion,
  ProposalPage,
  ProposalDetails,
  Voided,
  Declined,
  Approval,
  PortalLink,
  SentLink,
  LinksRevoked,
  Viewed,
  ActivityEntry,
  ActivityPage,
};
