import { describe, expect, test } from 'vitest';
import type { Proposal } from '../../src/domain/proposal.ts';
import {
  expiringMessage,
  instalmentMessage,
  linkMessage,
  newLinkMessage,
  paymentFailedMessage,
  receiptMessage,
  refundMessage,
  reminderMessage,
  withdrawnMessage,
} from '../../src/mail/customer-messages.ts';
import type { Facts } from '../../src/mail/facts.ts';
import { headerText, type Message, mailbox } from '../../src/mail/message.ts';
import { noticeMessage } from '../../src/mail/notices.ts';
import { noon } from '../support/given.ts';
import { facts, type MailedEvent } from '../support/mail-facts.ts';

const url = 'https://portal.example/proposal/7#token=abc.def-ghi_j';
const stopUrl = 'https://portal.example/mail/reminders?token=xyz';
const hostile = '<img src=x onerror=alert(1)>&"\'';
const approval = { version: 2, name: 'Ada', actor: 'customer', userId: undefined, at: noon } as const;
const approved: Partial<Proposal> = { lifecycle: 'approved', approval };
const payment = {
  ...({ paymentId: 'cs_1', method: 'stripe', paymentIntent: null, amountCents: 472_500 } as const),
  ...{ currency: 'usd', at: noon, isReversed: false },
};

type Case = {
  readonly name: string;
  readonly event: MailedEvent;
  readonly proposal?: Partial<Proposal>;
  readonly make: (facts: Facts) => Message;
  readonly links: readonly string[];
};

const customerMails: Case[] = [
  { name: 'link', event: 'sent', make: (it) => linkMessage(it, url, noon), links: [url] },
  { name: 'new link', event: 'sent', make: (it) => newLinkMessage(it, url, noon), links: [url] },
  {
    ...{ name: 'reminder to approve', event: 'sent', links: [url, stopUrl] },
    make: (it) => reminderMessage(it, url, noon, stopUrl),
  },
  {
    ...{ name: 'reminder to pay', event: 'approve', proposal: approved, links: [url, stopUrl] },
    make: (it) => reminderMessage(it, url, noon, stopUrl),
  },
  {
    ...{ name: 'expiring', event: 'sent', proposal: { validUntil: '2026-12-31' }, links: [url, stopUrl] },
    make: (it) => expiringMessage(it, url, noon, stopUrl),
  },
  {
    ...{ name: 'instalment', event: 'payment_requested', proposal: approved, links: [url] },
    make: (it) => instalmentMessage(it, url, noon),
  },
  { name: 'receipt', event: 'payment_success', make: (it) => receiptMessage(it, url, noon), links: [url] },
  {
    ...{ name: 'receipt of a cheque', event: 'payment_recorded', links: [url] },
    make: (it) => receiptMessage(it, url, noon),
  },
  {
    ...{ name: 'payment failed', event: 'payment_failed', links: [url] },
    make: (it) => paymentFailedMessage(it, url),
  },
  { name: 'refund', event: 'payment_refunded', make: (it) => refundMessage(it, url, noon), links: [url] },
  { name: 'withdrawn', event: 'void', make: (it) => withdrawnMessage(it), links: [] },
];

const noticed = [
  ...(['view', 'approve', 'declined', 'payment_success', 'payment_failed', 'checkout_refused'] as const),
  ...(['payment_refunded', 'refund_failed', 'refund_refused', 'dispute_opened'] as const),
  ...(['dispute_closed', 'payment_anomaly', 'mail_bounced'] as const),
];

const notices = noticed.map(
  (event): Case => ({
    ...{ name: `notice of ${event}`, event, links: [url] },
    make: (it) => noticeMessage(it, url, noon),
  }),
);

test.each([
  ['wasVoid', 'withdrawn'],
  ['wasDeclined', 'declined'],
] as const)(
  'the receipt for what came although the proposal %s says so, and asks for nothing',
  (flag, word) => {
    const { earlier } = facts('payment_success');
    const late = facts('payment_success', { payments: [payment] }, { earlier: { ...earlier, [flag]: true } });
    const { text } = receiptMessage(late, url, noon);
    expect(text).toContain(`had been ${word} before`);
    expect(text).toContain('$4,725.00');
    expect(text).not.toContain('Still to pay');
  },
);

describe.each([...customerMails, ...notices])('the mail $name', ({ event, proposal, make, links }) => {
  test('says in both parts what it is about, and where its buttons lead', () => {
    const { html, text, subject } = make(facts(event, proposal));
    expect(subject).toContain('Kitchen');
    for (const part of [html, text]) {
      expect(part).toContain('Kitchen');
      for (const link of links) expect(part).toContain(link);
    }
    expect(new Set(html.match(/href="([^"]*)"/g))).toEqual(new Set(links.map((link) => `href="${link}"`)));
  });

  test('escapes what people typed', () => {
    const typed = { title: hostile, customerName: hostile };
    const said = { orgName: hostile, comment: hostile, nextSteps: hostile };
    const { html } = make(facts(event, { ...proposal, ...typed }, said));
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;');
  });

  test('has nothing that another server could count, and no script', () => {
    const { html } = make(facts(event, proposal));
    expect(html).not.toMatch(/<img|<script|url\(|@import|<link/);
  });

  test.each(['Kitchen\r\nBcc: all@example.org', 'Kitchen\u2028x', 'Kit\u202echen', 'K'.repeat(300)])(
    'keeps its subject on one line: %j',
    (title) => {
      const { subject } = make(facts(event, { ...proposal, title, customerName: title }, { orgName: title }));
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      expect([...subject].length).toBeLessThanOrEqual(150);
    },
  );
});

const textOf = ({ text }: Message) => text;

describe('the letterhead of an org', () => {
  const letterhead = {
    logoUrl: 'https://portal.example/logos/abc.png',
    colour: '#7a1f4f',
    lines: ['1 Mill Lane <b>', 'Dublin 8', 'Tax ID: IE1'],
  };
  const given = { letterhead, locale: 'en-GB' } as const;

  test.each(customerMails)('is on the mail $name', ({ event, proposal, make }) => {
    const { html, text } = make(facts(event, proposal, given));
    expect(html.match(/<img[^>]*>/g)).toEqual([
      expect.stringContaining(`src="${letterhead.logoUrl}" alt=""`),
    ]);
    expect(html).toContain('1 Mill Lane &lt;b&gt;<br>Dublin 8<br>Tax ID: IE1');
    expect(text).toContain('\n1 Mill Lane <b>\nDublin 8\nTax ID: IE1\n');
    if (html.includes('<a href="https://portal.example/proposal'))
      expect(html).toContain('background:#7a1f4f;');
  });

  test.each(notices)(
    'is not on the notice $name, which is for its own people',
    ({ event, proposal, make }) => {
      expect(make(facts(event, proposal, given)).html).not.toMatch(/<img|Mill Lane|#7a1f4f/);
    },
  );

  test('has a locale, in which dates and money are written', () => {
    const { text } = linkMessage(facts('sent', { validUntil: '2026-12-31' }, given), url, noon);
    expect(text).toContain('31 December 2026');
    expect(text).toContain('US$15,750.00');
  });
});

test('a link says what is to be paid and until when', () => {
  expect(textOf(linkMessage(facts('sent', { validUntil: '2026-12-31' }), url, noon))).toContain(
    'Total: $15,750.00\nTo pay on approval: $4,725.00\nValid until: December 31, 2026',
  );
});

test('the link of a new version says that it replaces one, and what the total was', () => {
  const before = { version: 1, totalCents: 1_400_000 };
  const { subject, text } = linkMessage(facts('sent', {}, { before }), url, noon);
  expect(subject).toBe('Changed: your proposal from PeakPro: Kitchen');
  expect(text).toContain('PeakPro has changed the proposal that you were sent.');
  expect(text).toContain('Total before: $14,000.00');
  const same = { version: 1, totalCents: 1_575_000 };
  expect(textOf(linkMessage(facts('sent', {}, { before: same }), url, noon))).not.toContain('Total before');
});

test.each([[true], [false]])(
  'that the page shows what is new is said to who saw what was before: %s',
  (wasViewed) => {
    const before = { version: 1, totalCents: 1_400_000 };
    const earlier = { wasViewed, wasDeclined: false, wasVoid: false };
    const { text } = linkMessage(facts('sent', {}, { before, earlier }), url, noon);
    expect(text.includes('the page shows what is new')).toBe(wasViewed);
  },
);

test('the link of what is approved says how it stands, and asks for no approval', () => {
  const { subject, text } = linkMessage(facts('sent', approved), url, noon);
  expect(subject).toBe('Your link to Kitchen');
  expect(text).toContain('the proposal that you approved');
  expect(text).toMatch(/Deposit: \$4,725.00, due/);
  expect(text).not.toMatch(/approve it|To pay on approval/);
});

test('a reminder says what the customer has to do: approve, or pay what is due', () => {
  expect(reminderMessage(facts('sent'), url, noon, stopUrl).subject).toBe(
    'Reminder: your proposal from PeakPro: Kitchen',
  );
  const { subject, text } = reminderMessage(facts('approve', approved), url, noon, stopUrl);
  expect(subject).toBe('Reminder: $4,725.00 to pay for Kitchen');
  expect(text).toContain('Deposit: $4,725.00, due November 23, 2026\nBalance: $11,025.00, later');
});

test('a receipt says what came and what it was for, what was paid in all, what is left, and what happens next', () => {
  const paid = facts(
    'payment_success',
    { ...approved, payments: [payment] },
    { nextSteps: 'We will call you to find a date.' },
  );
  const { text, subject } = receiptMessage(paid, url, noon);
  expect(subject).toBe('Payment received: $4,725.00 for Kitchen');
  expect(text).toContain('We will call you to find a date.');
  expect(text).toContain(
    'This payment: $4,725.00\nDeposit: $4,725.00, paid\nBalance: $11,025.00, later\nPaid in all: $4,725.00\nStill to pay: $11,025.00',
  );
});

test('the receipt of a cheque says how it came', () => {
  expect(textOf(receiptMessage(facts('payment_recorded'), url, noon))).toContain(
    'This payment: $4,725.00\nReceived: by cheque, November 20, 2026',
  );
});

test('an amount is in the currency in which it came', () => {
  const came = facts('payment_success');
  const entry = { ...came.entry, meta: { ...came.entry.meta, amount_cents: 5_000, currency: 'jpy' } };
  expect(receiptMessage({ ...came, entry: entry as Facts['entry'] }, url, noon).subject).toBe(
    'Payment received: ¥5,000 for Kitchen',
  );
});

test('the notice of a declined offer has the reason and the customer’s words', () => {
  const { text } = noticeMessage(facts('declined', {}, { comment: 'Maybe in spring.' }), url, noon);
  expect(text).toContain('The reason: too expensive.');
  expect(text).toContain('Their words: Maybe in spring.');
});

test('a mail without a link of its own, since the links were withdrawn, has no button', () => {
  expect(receiptMessage(facts(), null, noon).html).not.toContain('href');
});

test('answers are asked for only where they reach somebody', () => {
  expect(textOf(linkMessage(facts('sent'), url, noon))).toContain('Answer this mail: it goes to PeakPro.');
  expect(textOf(linkMessage(facts('sent', {}, { orgEmail: null }), url, noon))).toContain('Ask PeakPro.');
});

test('a sender’s name cannot end its quotes or begin another header', () => {
  expect(mailbox('Peak"Pro\\ <x@y>\r\nBcc: z', 'portal@mail.example')).toBe(
    '"Peak Pro x@y Bcc: z" <portal@mail.example>',
  );
  expect(headerText('😀'.repeat(200), 60)).toBe(`${'😀'.repeat(59)}…`);
});
