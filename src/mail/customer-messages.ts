import { approvalOf } from '../domain/proposal.ts';
import { type Standing, standingOf } from '../domain/standing.ts';
import { methodWords } from '../domain/words.ts';
import type { Facts } from './facts.ts';
import { longDate, type Message, money, render } from './message.ts';

// One function for each mail to the customer. `url` is where its button leads; without one it has no button.

export function linkMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName, before } = facts;
  const { title } = proposal;
  const changed = before
    ? [
        `${orgName} has changed the proposal that you were sent. Please look at it again: the page shows what is new, and an approval of the one before does not count for this one.`,
      ]
    : [
        `${orgName} has sent you a proposal. You can read it, approve it and pay on one page, without an account.`,
      ];
  const was = before?.totalCents;
  return render({
    ...offer(facts),
    subject: before
      ? `Changed: your proposal from ${orgName}: ${title}`
      : `Your proposal from ${orgName}: ${title}`,
    heading: title,
    paragraphs: [hello(facts), ...changed],
    facts: [
      ...terms(facts, now),
      ...(was && was !== proposal.totalCents
        ? [['Total before', money(was, proposal.currency)] as const]
        : []),
    ],
    button: button('Open the proposal', url),
    footer: `The link is for you alone: it opens the proposal without a password. ${questions(facts)}`,
  });
}

export function newLinkMessage(facts: Facts, url: string | null, now: Date): Message {
  return render({
    ...offer(facts),
    subject: `Your link to ${facts.proposal.title}`,
    heading: facts.proposal.title,
    paragraphs: [
      hello(facts),
      'Somebody asked on our page for a new link to this proposal. If it was not you, you need do nothing.',
    ],
    facts: terms(facts, now),
    button: button('Open the proposal', url),
  });
}

/** Of an offer that was not approved yet, or of money that was not paid yet. */
export function reminderMessage(facts: Facts, url: string | null, now: Date, stopUrl: string): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const standing = standingOf(proposal, now);
  if (approvalOf(proposal)) {
    const amount = money(standing.dueCents, currency);
    return render({
      ...offer(facts),
      stopUrl,
      subject: `Reminder: ${amount} to pay for ${title}`,
      heading: `${amount} to pay`,
      paragraphs: [hello(facts), `You approved “${title}”. What is due has not been paid yet.`],
      facts: schedule(facts, standing),
      button: button('See the proposal and pay', url),
    });
  }
  return render({
    ...offer(facts),
    stopUrl,
    subject: `Reminder: your proposal from ${orgName}: ${title}`,
    heading: title,
    paragraphs: [hello(facts), `${orgName} has sent you a proposal, and it waits for your answer.`],
    facts: terms(facts, now),
    button: button('Open the proposal', url),
  });
}

export function expiringMessage(facts: Facts, url: string | null, now: Date, stopUrl: string): Message {
  const { title, validUntil } = facts.proposal;
  const last = validUntil ? longDate(validUntil) : '';
  return render({
    ...offer(facts),
    stopUrl,
    subject: `Only until ${last}: ${title}`,
    heading: title,
    paragraphs: [hello(facts), `This offer of ${facts.orgName} can be approved until ${last}.`],
    facts: terms(facts, now),
    button: button('Open the proposal', url),
  });
}

/** Asks for money that is due on a date, or that staff ask for. */
export function instalmentMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const standing = standingOf(proposal, now);
  const amount = money(standing.dueCents, currency);
  return render({
    ...offer(facts),
    subject: `${amount} is due for ${title}`,
    heading: `${amount} is due`,
    paragraphs: [hello(facts), `${orgName} asks you to pay what is due of “${title}” by now.`],
    facts: schedule(facts, standing),
    button: button('See the proposal and pay', url),
  });
}

export function receiptMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, nextSteps, orgName, earlier } = facts;
  const { title, currency } = proposal;
  const received = amountOf(facts);
  const standing = standingOf(proposal, now);
  const isOver = earlier.wasVoid || earlier.wasDeclined;
  return render({
    ...offer(facts),
    subject: `Payment received: ${received} for ${title}`,
    heading: `We received ${received}`,
    paragraphs: [
      hello(facts),
      ...(isOver
        ? [
            `Your payment for “${title}” has arrived, although the proposal had been ${earlier.wasVoid ? 'withdrawn' : 'declined'} before. Please ask ${orgName} to return it.`,
          ]
        : [`Thank you. Your payment for “${title}” has arrived.`, ...(nextSteps ? [nextSteps] : [])]),
    ],
    facts: [
      ['This payment', received],
      ...how(facts),
      ...(standing.instalments.length > 1 && !isOver ? schedule(facts, standing) : []),
      ['Paid in all', money(standing.heldCents, currency)],
      ...(isOver ? [] : [['Still to pay', money(standing.remainingCents, currency)] as const]),
    ],
    button: button('See the proposal and the receipt', url),
  });
}

export function paymentFailedMessage(facts: Facts, url: string | null): Message {
  const { title } = facts.proposal;
  const amount = amountOf(facts);
  return render({
    ...offer(facts),
    subject: `Your payment of ${amount} for ${title} did not go through`,
    heading: `Your payment of ${amount} did not go through`,
    paragraphs: [
      hello(facts),
      `Your bank did not make the payment for “${title}”, so nothing was paid. Please try again, with another way to pay if you like.`,
    ],
    button: button('See the proposal and pay', url),
  });
}

export function refundMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const amount = amountOf(facts);
  return render({
    ...offer(facts),
    subject: `Refund of ${amount} for ${title}`,
    heading: `${orgName} refunded ${amount}`,
    paragraphs: [
      hello(facts),
      `The money for “${title}” goes back the way it came. Banks take five to ten days until it shows.`,
    ],
    facts: [
      ['This refund', amount],
      ['Paid, less what was refunded', money(standingOf(proposal, now).heldCents, currency)],
    ],
    button: button('See the proposal', url),
  });
}

export function withdrawnMessage(facts: Facts): Message {
  const { proposal, orgName } = facts;
  return render({
    ...offer(facts),
    subject: `Withdrawn: your proposal from ${orgName}: ${proposal.title}`,
    heading: proposal.title,
    paragraphs: [
      hello(facts),
      `${orgName} has withdrawn this proposal. It can no longer be approved, and there is nothing for you to pay.`,
    ],
    button: null,
  });
}

/** What an entry says came or went, in its own currency; Stripe does not always say it. */
export function amountOf({ entry, proposal }: Pick<Facts, 'entry' | 'proposal'>): string {
  if (!('amount_cents' in entry.meta) || entry.meta.amount_cents === undefined)
    throw new Error(`${entry.event} has no amount.`);
  const currency = 'currency' in entry.meta ? entry.meta.currency : null;
  return money(entry.meta.amount_cents, currency ?? proposal.currency);
}

/** What all these mails have in common. */
function offer(facts: Facts) {
  return { sender: facts.orgName, footer: questions(facts) };
}

function hello({ proposal }: Facts): string {
  return `Hello ${proposal.customerName},`;
}

function button(label: string, url: string | null) {
  return url ? { label, url } : null;
}

function questions({ orgName, orgEmail }: Facts): string {
  return orgEmail ? `Questions? Answer this mail: it goes to ${orgName}.` : `Questions? Ask ${orgName}.`;
}

type Figures = readonly (readonly [string, string])[];

function terms({ proposal }: Facts, now: Date): Figures {
  const { currency, validUntil } = proposal;
  const { totalCents, depositCents } = standingOf(proposal, now);
  return [
    ['Total', money(totalCents, currency)],
    ...(depositCents > 0 ? [['To pay on approval', money(depositCents, currency)] as const] : []),
    ...(validUntil ? [['Valid until', longDate(validUntil)] as const] : []),
  ];
}

/** The parts of the schedule, and how each stands. */
function schedule({ proposal }: Facts, { instalments }: Standing): Figures {
  return instalments.map(({ part, amountCents, dueOn, state }) => {
    const due = dueOn && `due ${longDate(dueOn)}`;
    const words = { paid: 'paid', pending: 'on its way', due: due ?? 'due', later: due ?? 'later' };
    return [part.label, `${money(amountCents, proposal.currency)}, ${words[state]}`];
  });
}

/** How a payment came that did not come through Stripe. */
function how({ entry }: Facts): Figures {
  if (entry.event !== 'payment_recorded') return [];
  const { method, received_on: date } = entry.meta;
  return [['Received', `by ${methodWords[method]}, ${longDate(date)}`]];
}
