import type { OwedRow } from '../couriers/outbox.ts';
import type { MailKind } from '../domain/owed.ts';
import { approvalOf } from '../domain/proposal.ts';
import { hasFailed, standingOf } from '../domain/standing.ts';
import type { Facts } from './facts.ts';
import { reminderDaysOf } from './shares.ts';

/** What is looked at of a row: of several, which it is, and for how many hours it has been due. */
type Planned = Pick<OwedRow, 'share' | 'dueHours'> & { readonly kind: MailKind };

/** Why a mail to the customer is not to be sent any more, at the moment at which it would be. Pure. */
export function whyStale(row: Planned, facts: Facts, now: Date): string | null {
  switch (row.kind) {
    case 'link':
      return whyOfferEnded(facts, now);
    case 'new_link':
      if (facts.proposal.lifecycle === 'void') return 'proposal_void';
      return isWithdrawn(facts) ? 'links_revoked' : null;
    case 'expiring':
      return whyNotWanted(facts) ?? whyNothingToApprove(facts, now);
    case 'reminder':
      return whyNoReminder(row, facts, now);
    case 'instalment':
      return whyNothingToPay(keyOf(row, facts), facts, now);
    case 'withdrawn':
      return whyNoWithdrawal(facts);
    case 'payment_failed':
      return hasFailed(facts.proposal) && !isOver(facts) ? null : 'not_true_any_more';
    case 'refund':
      return isRefundFailed(facts) ? 'refund_failed' : null;
    case 'receipt':
    case 'notice':
      return null;
  }
}

/** Whether staff withdrew the links and handed out none since: then no mail brings another. */
export function isWithdrawn({ proposal: { revokedTo, sent } }: Facts): boolean {
  return revokedTo !== null && (sent?.linkGeneration ?? 0) < revokedTo;
}

function isOver({ proposal: { lifecycle } }: Facts): boolean {
  return lifecycle === 'void' || lifecycle === 'declined';
}

/** A refund that failed did not go back. */
function isRefundFailed({ proposal, entry }: Facts): boolean {
  return entry.event === 'payment_refunded' && proposal.refunds.get(entry.meta.refund_id)?.failed === true;
}

/** Why the link of a sent entry would not open what it was sent for. */
function whyOfferEnded({ proposal, entry }: Facts, now: Date): string | null {
  if (entry.event !== 'sent') throw new Error(`${entry.event} sends no link.`);
  const { version, link_generation: generation = 0 } = entry.meta;
  if (proposal.lifecycle === 'void' || proposal.lifecycle === 'declined')
    return `proposal_${proposal.lifecycle}`;
  if (version !== proposal.version) return 'proposal_changed';
  if (generation !== proposal.linkGeneration) return 'links_revoked';
  return standingOf(proposal, now).isExpired ? 'proposal_expired' : null;
}

function whyNothingToApprove(facts: Facts, now: Date): string | null {
  const { proposal, entry } = facts;
  const ended = whyOfferEnded(facts, now);
  if (ended) return ended;
  if (approvalOf(proposal) || standingOf(proposal, now).heldCents > 0) return 'approved';
  const isLast = (proposal.sent?.at.getTime() ?? 0) <= entry.createdAt.getTime();
  return isLast ? null : 'sent_again';
}

function whyNoReminder(row: Planned, facts: Facts, now: Date): string | null {
  const ended =
    facts.entry.event === 'sent'
      ? whyNothingToApprove(facts, now)
      : whyNothingToPay(keyOf(row, facts), facts, now);
  return whyNotWanted(facts) ?? ended ?? (isOvertaken(row, facts) ? 'next_is_due' : null);
}

/** The customer asked for no more reminders, or their address takes no mail. */
function whyNotWanted({ proposal, suppressed }: Facts): string | null {
  const email = proposal.customerEmail.toLowerCase();
  const reasons = suppressed.filter((one) => one.email === email).map(({ reason }) => reason);
  if (reasons.includes('no_reminders')) return 'no_reminders';
  return reasons.length > 0 ? 'suppressed' : null;
}

/** The part of the schedule that a row is about. */
function keyOf({ share }: Pick<OwedRow, 'share'>, { entry }: Facts): string {
  return entry.event === 'payment_requested' ? entry.meta.key : (share ?? '').replace(/:\d+$/, '');
}

function whyNothingToPay(key: string, facts: Facts, now: Date): string | null {
  const { proposal, entry } = facts;
  if (proposal.lifecycle === 'void' || proposal.lifecycle === 'declined')
    return `proposal_${proposal.lifecycle}`;
  if (entry.event !== 'approve' && entry.event !== 'payment_requested')
    throw new Error(`${entry.event} asks for no payment.`);
  if (entry.meta.version !== proposal.version) return 'proposal_changed';
  if (!approvalOf(proposal)) return 'not_approved';
  if (isWithdrawn(facts)) return 'links_revoked';
  const { instalments, isExpired } = standingOf(proposal, now);
  if (isExpired) return 'proposal_expired';
  const state = instalments.find(({ part }) => part.key === key)?.state;
  return state === 'due' ? null : `instalment_${state ?? 'changed'}`;
}

/** Whether the next of its kind is due by now: after an outage, say, a customer is reminded once. */
function isOvertaken({ share, dueHours }: Planned, facts: Facts): boolean {
  const [, own = 0] = /:(\d+)$/.exec(share ?? '') ?? [];
  const next = Math.min(...reminderDaysOf(facts).filter((day) => day > Number(own)));
  return dueHours >= (next - Number(own)) * 24;
}

/** An offer is withdrawn from a customer who has it, and has not said no. */
function whyNoWithdrawal({ proposal, earlier }: Facts): string | null {
  if (!proposal.sent) return 'never_sent';
  return earlier.wasDeclined ? 'proposal_declined' : null;
}
