import * as v from 'valibot';
import { proposalStatuses } from '../domain/proposal.ts';
import { Currency, Id, Money, pageOf, Time } from '../http/contract.ts';
import { ActivityEntry } from './entry-schema.ts';
import { LineItem } from './schemas.ts';

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
  version: Id,
  status: v.picklist(proposalStatuses),
  created_at: Time,
};

const proposal = { ...summary, line_items: v.array(LineItem) };

export const Proposal = v.object(proposal);
export const ProposalSummary = v.pipe(v.object(summary), v.description('A proposal without its line items.'));
export const ProposalPage = pageOf(ProposalSummary);

export const ProposalDetails = v.object({
  ...proposal,
  org_name: v.string(),
  deposit_cents: Money,
  deposit_status: v.picklist(['unpaid', 'pending', 'failed', 'paid']),
  approved_by: v.nullable(v.string()),
  approved_at: v.nullable(Time),
  paid_cents: Money,
  paid_at: v.nullable(Time),
  refunded_cents: Money,
  due_cents: v.pipe(Money, v.description('What the next payment is for.')),
});

const outcome = { id: Id, status: v.picklist(proposalStatuses), version: Id };
export const Voided = v.object(outcome);
export const Approval = v.object({ ...outcome, approved_by: v.string(), approved_at: Time });
export const PortalLink = v.object({
  portal_url: v.pipe(v.string(), v.url(), v.description('Opens the proposal; the token is in the fragment.')),
  expires_at: Time,
});
export const LinksRevoked = v.object({ revoked: v.literal(true) });
export const Viewed = v.object({ viewed: v.literal(true) });
export const ActivityPage = pageOf(ActivityEntry);

/** By their names in the reference. */
export const proposalComponents = {
  LineItem,
  Proposal,
  ProposalSummary,
  ProposalPage,
  ProposalDetails,
  Voided,
  Approval,
  PortalLink,
  LinksRevoked,
  Viewed,
  ActivityEntry,
  ActivityPage,
};
