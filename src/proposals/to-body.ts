import { priceOf } from '../domain/pricing.ts';
import { approvalOf, type Payment, type Proposal } from '../domain/proposal.ts';
import { refundableCents } from '../domain/refund.ts';
import { amountsOf, partsOf } from '../domain/schedule.ts';
import { depositStatus, hasFailed, type Standing, standingOf } from '../domain/standing.ts';
import { depositOf } from '../domain/terms.ts';
import { toLetterheadBody } from '../orgs/letterhead.ts';
import type { EarlierVersion, ProposalDetails } from './get-proposal.ts';
import type { ListedProposal } from './list-proposals.ts';

// What the routes show of a proposal. Its money is always that of `standingOf`.

export function toDetailsBody({ row, org, proposal, lastSeen }: ProposalDetails, now: Date) {
  const standing = standingOf(proposal, now);
  const approval = approvalOf(proposal);
  const { discount_percent = null, discount_cents = null } = row.discount ?? {};
  const price = priceOf(row.lineItems, row.discount ?? {}, row.currency);
  return {
    ...toSummary(row, proposal, standing),
    org_name: org.name,
    org: toLetterheadBody(org),
    line_items: row.lineItems,
    discount_percent,
    discount_cents,
    deposit: depositOf(partsOf(proposal)),
    terms: row.terms,
    subtotal_cents: price.subtotalCents,
    discounted_cents: price.discountCents,
    taxes: price.taxes.map(({ percent, inclusive, cents }) => ({ percent, inclusive, amount_cents: cents })),
    tax_cents: price.taxCents,
    schedule: standing.instalments.map(toInstalment),
    pay_in_full: proposal.mayPayInFull,
    time_zone: proposal.timeZone,
    deposit_status: depositStatus(proposal, standing),
    last_payment_failed: hasFailed(proposal),
    approved_by: approval?.name ?? null,
    approved_at: approval?.at.toISOString() ?? null,
    paid_cents: standing.paidCents,
    paid_at: proposal.payments[0]?.at.toISOString() ?? null,
    refunded_cents: standing.refundedCents,
    lost_cents: standing.lostCents,
    pending_cents: standing.pendingCents,
    payments: proposal.payments.map((payment) => toPayment(payment, proposal)),
    sent_version: sentVersion(proposal),
    checkout_refusal: refusalOf(proposal),
    ...(lastSeen ? { last_seen: toEarlierVersion(lastSeen, row.currency) } : {}),
  };
}

function toEarlierVersion({ version, content }: EarlierVersion, currency: string) {
  const { title, line_items, total_cents, schedule, valid_until = null, terms = null } = content;
  const { discount_percent = null, discount_cents = null } = content;
  const amounts = amountsOf(schedule ?? [], total_cents, currency);
  const parts = schedule?.map(({ label, due }, index) => ({ label, amount_cents: amounts[index] ?? 0, due }));
  return {
    version,
    title,
    line_items: [...line_items],
    discount_percent,
    discount_cents,
    total_cents,
    schedule: parts?.filter(({ amount_cents: cents }) => cents > 0) ?? null,
    valid_until,
    terms,
  };
}

export function toSummary(row: ListedProposal['row'], proposal: Proposal, standing: Standing) {
  return {
    id: row.id,
    org_id: row.orgId,
    lead_id: row.leadId,
    title: row.title,
    customer_name: row.customerName,
    customer_email: row.customerEmail,
    currency: row.currency,
    total_cents: standing.totalCents,
    deposit_cents: standing.depositCents,
    held_cents: standing.heldCents,
    due_cents: standing.dueCents,
    remaining_cents: standing.remainingCents,
    version: proposal.version,
    status: standing.status,
    valid_until: proposal.validUntil,
    expired: standing.isExpired,
    created_at: row.createdAt.toISOString(),
  };
}

function toInstalment({ part, amountCents, dueOn, state }: Standing['instalments'][number]) {
  return {
    key: part.key,
    label: part.label,
    amount_cents: amountCents,
    ...('percent' in part ? { percent: part.percent } : {}),
    ...('rest' in part ? { rest: part.rest } : {}),
    due: part.due,
    due_on: dueOn,
    state,
  };
}

function toPayment(payment: Payment, proposal: Proposal) {
  const { paymentId, method, amountCents, currency, at, isReversed } = payment;
  return {
    payment_id: paymentId,
    method,
    amount_cents: amountCents,
    currency: currency ?? proposal.currency,
    paid_at: at.toISOString(),
    refundable_cents: method === 'stripe' ? Math.max(0, refundableCents(proposal, payment)) : 0,
    reversed: isReversed,
  };
}

/** The version of the last link, unless the links were withdrawn since. */
function sentVersion({ sent, linkGeneration }: Proposal): number | null {
  return sent?.linkGeneration === linkGeneration ? sent.version : null;
}

/** Why Stripe would not take a payment of this version, until it has taken one. */
function refusalOf({ checkoutRefusal, version, checkouts }: Proposal): string | null {
  if (checkoutRefusal?.version !== version) return null;
  const isOver = checkouts.some((made) => made.version === version && made.expiresAt > checkoutRefusal.at);
  return isOver ? null : checkoutRefusal.code;
}
