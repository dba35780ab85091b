import { isInquiry } from '../domain/entry.ts';
import { isNoticed, topicOf } from '../domain/notify.ts';
import { standingOf } from '../domain/standing.ts';
import { declineWords, describeAnomaly } from '../domain/words.ts';
import { amountOf } from './customer-messages.ts';
import type { Facts, Person } from './facts.ts';
import { type Message, money, render } from './message.ts';

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
    subject: `${subject} ${title}`,
    sender: facts.orgName,
    heading,
    paragraphs: [`It is about “${title}”.`, ...paragraphs],
    facts: figures,
    button: { label: 'Open the proposal', url },
    footer: `You get this because you work with ${facts.orgName}'s proposals.`,
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
  const left = ['Still to pay', money(remainingCents, currency)] as const;
  switch (entry.event) {
    case 'view':
      return {
        subject: `Opened by ${customerName}:`,
        heading: `${customerName} opened the proposal`,
        paragraphs: ['They looked at it for the first time.'],
      };
    case 'approve':
      return {
        subject: `Approved by ${entry.meta.name}:`,
        heading: `${entry.meta.name} approved version ${entry.meta.version}`,
        paragraphs: [],
        figures: [
          ['Total', money(totalCents, currency)],
          ['Due now', money(dueCents, currency)],
        ],
      };
    case 'declined':
      return {
        subject: `Declined by ${customerName}:`,
        heading: `${customerName} declined`,
        paragraphs: [
          `The reason: ${declineWords[entry.meta.reason]}.`,
          ...(comment ? [`Their words: ${comment}`] : []),
        ],
      };
    case 'payment_success':
      return {
        subject: `Paid: ${amountOf(facts)} by ${customerName} for`,
        heading: `${customerName} paid ${amountOf(facts)}`,
        paragraphs: [],
        figures: [['This payment', amountOf(facts)], left],
      };
    case 'payment_failed':
      return {
        subject: `Payment failed: ${amountOf(facts)} for`,
        heading: `The payment of ${amountOf(facts)} did not go through`,
        paragraphs: [`${customerName} has been mailed that it can be tried again.`],
        figures: [left],
      };
    case 'checkout_refused':
      return {
        subject: 'A payment was refused:',
        heading: `${customerName} cannot pay`,
        paragraphs: [
          `Stripe refused to begin a payment of ${amountOf(facts)}: ${spaced(entry.meta.code)}. Open the proposal to mend it.`,
        ],
      };
    case 'payment_refunded':
      return {
        subject: `Refunded: ${amountOf(facts)} for`,
        heading: `${amountOf(facts)} was refunded to ${customerName}`,
        paragraphs: [],
        figures: [left],
      };
    case 'refund_failed':
      return {
        subject: `A refund failed: ${amountOf(facts)} for`,
        heading: `The refund of ${amountOf(facts)} failed`,
        paragraphs: ['The money is back with you. Please refund it in another way.'],
      };
    case 'refund_refused':
      return {
        subject: 'A refund was refused:',
        heading: 'Stripe refused the refund',
        paragraphs: [`Its code is ${spaced(entry.meta.code)}. Nothing was refunded.`],
      };
    case 'dispute_opened': {
      const word = isInquiry(entry.meta.status) ? 'Inquiry' : 'Dispute';
      return {
        subject: `${word} of ${amountOf(facts)}:`,
        heading: `${word} of ${amountOf(facts)}: ${spaced(entry.meta.reason)}`,
        paragraphs: [
          isInquiry(entry.meta.status)
            ? 'The bank only asks, and has taken no money. Answer it in Stripe’s dashboard before its deadline, so that it does not become a dispute.'
            : 'Answer it in Stripe’s dashboard before its deadline, or it is lost.',
        ],
      };
    }
    case 'dispute_closed': {
      const outcome = spaced(entry.meta.status.replace('warning_', ''));
      const word = isInquiry(entry.meta.status) ? 'Inquiry' : 'Dispute';
      return {
        subject: `${word} ${outcome}:`,
        heading: `${word} of ${amountOf(facts)} ended: ${outcome}`,
        paragraphs: [],
        figures: [left],
      };
    }
    case 'payment_anomaly': {
      const { reason, expected_cents: expected, expected_currency: inCurrency } = entry.meta;
      return {
        subject: 'A payment needs attention:',
        heading: describeAnomaly(reason, amountOf(facts), money(expected, inCurrency)),
        paragraphs: ['Please refund or accept it.'],
      };
    }
    case 'mail_bounced':
      return {
        subject: entry.meta.reason === 'bounced' ? 'A mail came back:' : 'A mail was reported as spam:',
        heading:
          entry.meta.reason === 'bounced'
            ? `${customerName} cannot be reached by mail`
            : `${customerName} reported a mail as spam`,
        paragraphs: [
          'Nothing more is mailed to this address. Ask them for another one, and correct it in the proposal.',
        ],
      };
    default:
      throw new Error(`Nothing is said of ${entry.event}.`);
  }
}

function spaced(code: string): string {
  return code.replaceAll('_', ' ');
}
