import { approvalOf } from '../domain/proposal.ts';
import { type Standing, standingOf } from '../domain/standing.ts';
import { methodWords } from '../domain/words.ts';
import type { Facts } from './facts.ts';
import { longDate, type Message, money, render } from './message.ts';
import { texts } from './texts.ts';

// One function for each mail to the customer. `url` is where its button leads; without one it has no button.

export function linkMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName, before } = facts;
  const { title } = proposal;
  const was = before?.totalCents;
  const mail = {
    ...offer(facts),
    heading: title,
    footer: texts.customerMessages.linkIsForYouAlone(questions(facts)),
  };
  if (approvalOf(proposal)) {
    return render({
      ...mail,
      subject: texts.customerMessages.yourLink(title),
      paragraphs: [hello(facts), texts.customerMessages.linkToApproved(orgName)],
      facts: schedule(facts, standingOf(proposal, now)),
      button: button(texts.customerMessages.seeTheProposal, url),
    });
  }
  const seen = facts.earlier.wasViewed ? 'changedIt' : 'changedUnseen';
  const news = before ? seen : 'sentIt';
  return render({
    ...mail,
    subject: before
      ? texts.customerMessages.changed(orgName, title)
      : texts.customerMessages.yourProposalFrom(orgName, title),
    paragraphs: [hello(facts), texts.customerMessages[news](orgName)],
    facts: [
      ...terms(facts, now),
      ...(was && was !== proposal.totalCents
        ? [[texts.customerMessages.totalBefore, money(was, proposal.currency, facts.locale)] as const]
        : []),
    ],
    button: button(texts.customerMessages.openTheProposal, url),
  });
}

export function newLinkMessage(facts: Facts, url: string | null, now: Date): Message {
  return render({
    ...offer(facts),
    subject: texts.customerMessages.yourLink(facts.proposal.title),
    heading: facts.proposal.title,
    paragraphs: [hello(facts), texts.customerMessages.newLinkWasAskedFor],
    facts: terms(facts, now),
    button: button(texts.customerMessages.openTheProposal, url),
  });
}

/** Of an offer that was not approved yet, or of money that was not paid yet. */
export function reminderMessage(facts: Facts, url: string | null, now: Date, stopUrl: string): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const standing = standingOf(proposal, now);
  if (approvalOf(proposal)) {
    const amount = money(standing.dueCents, currency, facts.locale);
    return render({
      ...offer(facts),
      stopUrl,
      subject: texts.customerMessages.payReminder(amount, title),
      heading: texts.customerMessages.toPay(amount),
      paragraphs: [hello(facts), texts.customerMessages.youApproved(title)],
      facts: schedule(facts, standing),
      button: button(texts.customerMessages.seeTheProposalAndPay, url),
    });
  }
  return render({
    ...offer(facts),
    stopUrl,
    subject: texts.customerMessages.approveReminder(orgName, title),
    heading: title,
    paragraphs: [hello(facts), texts.customerMessages.sentItAndWaits(orgName)],
    facts: terms(facts, now),
    button: button(texts.customerMessages.openTheProposal, url),
  });
}

export function expiringMessage(facts: Facts, url: string | null, now: Date, stopUrl: string): Message {
  const { title, validUntil } = facts.proposal;
  const last = validUntil ? longDate(validUntil, facts.locale) : '';
  return render({
    ...offer(facts),
    stopUrl,
    subject: texts.customerMessages.onlyUntil(last, title),
    heading: title,
    paragraphs: [hello(facts), texts.customerMessages.approveUntil(facts.orgName, last)],
    facts: terms(facts, now),
    button: button(texts.customerMessages.openTheProposal, url),
  });
}

/** Asks for money that is due on a date, or that staff ask for. */
export function instalmentMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const standing = standingOf(proposal, now);
  const amount = money(standing.dueCents, currency, facts.locale);
  return render({
    ...offer(facts),
    subject: texts.customerMessages.isDueFor(amount, title),
    heading: texts.customerMessages.isDue(amount),
    paragraphs: [hello(facts), texts.customerMessages.asksYouToPay(orgName, title)],
    facts: schedule(facts, standing),
    button: button(texts.customerMessages.seeTheProposalAndPay, url),
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
    subject: texts.customerMessages.paymentReceived(received, title),
    heading: texts.customerMessages.weReceived(received),
    paragraphs: [
      hello(facts),
      ...(isOver
        ? [
            texts.customerMessages[earlier.wasVoid ? 'arrivedThoughVoid' : 'arrivedThoughDeclined'](
              title,
              orgName,
            ),
          ]
        : [texts.customerMessages.thankYou(title), ...(nextSteps ? [nextSteps] : [])]),
    ],
    facts: [
      [texts.customerMessages.thisPayment, received],
      ...how(facts),
      ...(standing.instalments.length > 1 && !isOver ? schedule(facts, standing) : []),
      [texts.customerMessages.paidInAll, money(standing.heldCents, currency, facts.locale)],
      ...(isOver
        ? []
        : [
            [
              texts.customerMessages.stillToPay,
              money(standing.remainingCents, currency, facts.locale),
            ] as const,
          ]),
    ],
    button: button(texts.customerMessages.seeTheProposalAndTheReceipt, url),
  });
}

export function paymentFailedMessage(facts: Facts, url: string | null): Message {
  const { title } = facts.proposal;
  const amount = amountOf(facts);
  return render({
    ...offer(facts),
    subject: texts.customerMessages.paymentFailedFor(amount, title),
    heading: texts.customerMessages.paymentFailed(amount),
    paragraphs: [hello(facts), texts.customerMessages.bankDidNotPay(title)],
    button: button(texts.customerMessages.seeTheProposalAndPay, url),
  });
}

export function refundMessage(facts: Facts, url: string | null, now: Date): Message {
  const { proposal, orgName } = facts;
  const { title, currency } = proposal;
  const amount = amountOf(facts);
  return render({
    ...offer(facts),
    subject: texts.customerMessages.refundOf(amount, title),
    heading: texts.customerMessages.refunded(orgName, amount),
    paragraphs: [hello(facts), texts.customerMessages.goesBack(title)],
    facts: [
      [texts.customerMessages.thisRefund, amount],
      [
        texts.customerMessages.paidLessRefunded,
        money(standingOf(proposal, now).heldCents, currency, facts.locale),
      ],
    ],
    button: button(texts.customerMessages.seeTheProposal, url),
  });
}

export function withdrawnMessage(facts: Facts): Message {
  const { proposal, orgName } = facts;
  return render({
    ...offer(facts),
    subject: texts.customerMessages.withdrawn(orgName, proposal.title),
    heading: proposal.title,
    paragraphs: [hello(facts), texts.customerMessages.hasWithdrawnThisProposal(orgName)],
    button: null,
  });
}

/** What an entry says came or went, in its own currency; Stripe does not always say it. */
export function amountOf({ entry, proposal, locale }: Pick<Facts, 'entry' | 'proposal' | 'locale'>): string {
  if (!('amount_cents' in entry.meta) || entry.meta.amount_cents === undefined)
    throw new Error(`${entry.event} has no amount.`);
  const currency = 'currency' in entry.meta ? entry.meta.currency : null;
  return money(entry.meta.amount_cents, currency ?? proposal.currency, locale);
}

/** What all these mails have in common. */
function offer(facts: Facts) {
  return { sender: facts.orgName, footer: questions(facts), letterhead: facts.letterhead };
}

function hello({ proposal }: Facts): string {
  return texts.customerMessages.hello(proposal.customerName);
}

function button(label: string, url: string | null) {
  return url ? { label, url } : null;
}

function questions({ orgName, orgEmail }: Facts): string {
  return orgEmail
    ? texts.customerMessages.questionsByMail(orgName)
    : texts.customerMessages.questionsTo(orgName);
}

type Figures = readonly (readonly [string, string])[];

function terms({ proposal, locale }: Facts, now: Date): Figures {
  const { currency, validUntil } = proposal;
  const { totalCents, depositCents } = standingOf(proposal, now);
  return [
    [texts.customerMessages.total, money(totalCents, currency, locale)],
    ...(depositCents > 0
      ? [[texts.customerMessages.toPayOnApproval, money(depositCents, currency, locale)] as const]
      : []),
    ...(validUntil ? [[texts.customerMessages.validUntil, longDate(validUntil, locale)] as const] : []),
  ];
}

/** The parts of the schedule, and how each stands. */
function schedule({ proposal, locale }: Facts, { instalments }: Standing): Figures {
  return instalments.map(({ part, amountCents, dueOn, state }) => {
    const isOpen = state === 'due' || state === 'later';
    const words =
      isOpen && dueOn
        ? texts.customerMessages.dueOn(longDate(dueOn, locale))
        : texts.customerMessages.states[state];
    return [part.label, `${money(amountCents, proposal.currency, locale)}, ${words}`];
  });
}

/** How a payment came that did not come through Stripe. */
function how({ entry, locale }: Facts): Figures {
  if (entry.event !== 'payment_recorded') return [];
  const { method, received_on: date } = entry.meta;
  return [
    [texts.customerMessages.received, texts.customerMessages.by(methodWords[method], longDate(date, locale))],
  ];
}
