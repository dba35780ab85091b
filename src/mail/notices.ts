import { isInquiry } from '../domain/entry.ts';
import { isNoticed, topicOf } from '../domain/notify.ts';
import { standingOf } from '../domain/standing.ts';
import { declineWords, describeAnomaly } from '../domain/words.ts';
import { amountOf } from './customer-messages.ts';
import type { Facts, Person } from './facts.ts';
import { type Message, money, render } from './message.ts';
import { texts } from './texts.ts';

/** Whether one of the org's people is mailed about the entry, as the org has it set. */
export function isNotified(
  { role }: Pick<Person, 'role'>,
  { entry, notify }: Pick<Facts, 'entry' | 'notify'>,
): boolean {
  if (!isNoticed(entry.event)) return false;
  const audience = notify?.[topicOf[entry.event]] ?? 'everyone';
  return audience === 'everyone' || (audience === 'admins' && role === 'admin');
}

/** The notice to the org's people of what happened. */
export function noticeMessage(facts: Facts, url: string, now: Date): Message {
  const { title } = facts.proposal;
  const { subject, heading, paragraphs, figures = [] } = say(facts, now);
  return render({
    subject: texts.notices.subject(subject, title),
    sender: facts.orgName,
    heading,
    paragraphs: [texts.notices.itIsAbout(title), ...paragraphs],
    facts: figures,
    button: { label: texts.notices.openTheProposal, url },
    footer: texts.notices.whyYouGetThis(facts.orgName),
  });
}

type Said = {
  /** The title follows. */
  readonly subject: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly figures?: readonly (readonly [string, string])[];
};

function say(facts: Facts, now: Date): Said {
  const { entry, proposal, comment } = facts;
  const { customerName, currency } = proposal;
  const { totalCents, remainingCents, dueCents } = standingOf(proposal, now);
  const left = [texts.notices.stillToPay, money(remainingCents, currency, facts.locale)] as const;
  switch (entry.event) {
    case 'view':
      return {
        subject: texts.notices.openedBy(customerName),
        heading: texts.notices.openedTheProposal(customerName),
        paragraphs: [texts.notices.theyLooked],
      };
    case 'approve':
      return {
        subject: texts.notices.approvedBy(entry.meta.name),
        heading: texts.notices.approvedVersion(entry.meta.name, entry.meta.version),
        paragraphs: [],
        figures: [
          [texts.notices.total, money(totalCents, currency, facts.locale)],
          [texts.notices.dueNow, money(dueCents, currency, facts.locale)],
        ],
      };
    case 'declined':
      return {
        subject: texts.notices.declinedBy(customerName),
        heading: texts.notices.declined(customerName),
        paragraphs: [
          texts.notices.theReason(declineWords[entry.meta.reason]),
          ...(comment ? [texts.notices.theirWords(comment)] : []),
        ],
      };
    case 'payment_success':
      return {
        subject: texts.notices.paidFor(amountOf(facts), customerName),
        heading: texts.notices.paid(customerName, amountOf(facts)),
        paragraphs: [],
        figures: [[texts.notices.thisPayment, amountOf(facts)], left],
      };
    case 'payment_failed':
      return {
        subject: texts.notices.paymentFailed(amountOf(facts)),
        heading: texts.notices.paymentFailedOf(amountOf(facts)),
        paragraphs: [texts.notices.customerWasMailed(customerName)],
        figures: [left],
      };
    case 'checkout_refused':
      return {
        subject: texts.notices.aPaymentWasRefused,
        heading: texts.notices.cannotPay(customerName),
        paragraphs: [texts.notices.refusedHint(amountOf(facts), spaced(entry.meta.code))],
      };
    case 'payment_refunded':
      return {
        subject: texts.notices.refunded(amountOf(facts)),
        heading: texts.notices.wasRefunded(amountOf(facts), customerName),
        paragraphs: [],
        figures: [left],
      };
    case 'refund_failed':
      return {
        subject: texts.notices.aRefundFailed(amountOf(facts)),
        heading: texts.notices.refundFailed(amountOf(facts)),
        paragraphs: [texts.notices.theMoneyIsBack],
      };
    case 'refund_refused':
      return {
        subject: texts.notices.aRefundWasRefused,
        heading: texts.notices.stripeRefusedTheRefund,
        paragraphs: [texts.notices.refundRefusedHint(spaced(entry.meta.code))],
      };
    case 'dispute_opened': {
      const words = texts.notices[isInquiry(entry.meta.status) ? 'inquiry' : 'dispute'];
      return {
        subject: words.opened(amountOf(facts)),
        heading: words.because(amountOf(facts), spaced(entry.meta.reason)),
        paragraphs: [words.advice],
      };
    }
    case 'dispute_closed': {
      const words = texts.notices[isInquiry(entry.meta.status) ? 'inquiry' : 'dispute'];
      const outcome = spaced(entry.meta.status.replace('warning_', ''));
      return {
        subject: words.closed(outcome),
        heading: words.ended(amountOf(facts), outcome),
        paragraphs: [],
        figures: [left],
      };
    }
    case 'payment_anomaly': {
      const { reason, expected_cents: expected, expected_currency: inCurrency } = entry.meta;
      return {
        subject: texts.notices.aPaymentNeedsAttention,
        heading: describeAnomaly(reason, amountOf(facts), money(expected, inCurrency, facts.locale)),
        paragraphs: [texts.notices.pleaseRefundOrAccept],
      };
    }
    case 'mail_bounced':
      return {
        subject:
          entry.meta.reason === 'bounced'
            ? texts.notices.aMailCameBack
            : texts.notices.aMailWasReportedAsSpam,
        heading:
          entry.meta.reason === 'bounced'
            ? texts.notices.cannotBeReachedByMail(customerName)
            : texts.notices.reportedAMailAsSpam(customerName),
        paragraphs: [texts.notices.bouncedHint],
      };
    default:
      throw new Error(`Nothing is said of ${entry.event}.`);
  }
}

function spaced(code: string): string {
  return code.replaceAll('_', ' ');
}
