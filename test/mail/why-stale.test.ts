import { describe, expect, test } from 'vitest';
import type { MailKind } from '../../src/domain/owed.ts';
import type { Proposal, SessionStatus } from '../../src/domain/proposal.ts';
import type { Facts } from '../../src/mail/facts.ts';
import { whyStale } from '../../src/mail/why-stale.ts';
import { noon } from '../support/given.ts';
import { facts, type MailedEvent } from '../support/mail-facts.ts';

// A mail that was planned is looked at once more when it would be sent.

const hours = (count: number) => new Date(noon.getTime() + count * 3_600_000);
const sent = { version: 2, linkGeneration: 0, at: noon, isMailed: true, expiresAt: hours(9_999) };
const approval = { version: 2, name: 'Ada', actor: 'customer', userId: undefined, at: hours(1) } as const;
const offered: Partial<Proposal> = { lifecycle: 'sent', sent };
const approved: Partial<Proposal> = { lifecycle: 'approved', sent, approval };
const payment = {
  ...({ paymentId: 'cs_1', method: 'stripe', paymentIntent: null, amountCents: 472_500 } as const),
  ...{ currency: 'usd', at: noon, isReversed: false },
};
const withdrawn = { linkGeneration: 1, revokedTo: 1 };
const pending = new Map([['cs_1', { amountCents: 472_500, currency: 'usd' }]]);
const noReminders = { suppressed: [{ email: 'ada@example.com', reason: 'no_reminders' }] } as const;

const bounced = { suppressed: [{ email: 'ada@example.com', reason: 'bounced' }] } as const;

type Case = readonly [string, Partial<Proposal>, string | null, Partial<Facts>?, number?];

function check(kind: MailKind, share: string | null, event: MailedEvent, cases: readonly Case[]) {
  for (const [name, proposal, expected, part = {}, dueHours = 1] of cases)
    test(name, () => {
      expect(whyStale({ kind, share, dueHours }, facts(event, proposal, part), hours(25))).toBe(expected);
    });
}

describe('a reminder to approve', () => {
  check('reminder', 'after:1', 'sent', [
    ['is sent while the offer waits', offered, null],
    ['not to one who approved', approved, 'approved'],
    ['not to one who declined', { ...offered, lifecycle: 'declined' }, 'proposal_declined'],
    ['not of a void offer', { ...offered, lifecycle: 'void' }, 'proposal_void'],
    ['not of an offer that changed', { ...offered, version: 3 }, 'proposal_changed'],
    ['not by a link that was withdrawn', { ...offered, linkGeneration: 1 }, 'links_revoked'],
    ['not of an offer that ran out', { ...offered, validUntil: '2026-11-23' }, 'proposal_expired'],
    ['not to one who paid without approving', { ...offered, payments: [payment] }, 'approved'],
    ['not beside those of a later sending', { ...offered, sent: { ...sent, at: hours(2) } }, 'sent_again'],
    ['not to one who asked for none', offered, 'no_reminders', noReminders],
    ['not to an address that takes no mail', offered, 'suppressed', bounced],
    ['not once the next one is due', offered, 'next_is_due', {}, 48],
  ]);
});

describe('a reminder to pay', () => {
  check('reminder', 'deposit:1', 'approve', [
    ['is sent while the deposit is due', approved, null],
    ['not to one who paid', { ...approved, payments: [payment] }, 'instalment_paid'],
    ['not while the money is on its way', { ...approved, pending }, 'instalment_pending'],
    ['not of a version that was replaced', { ...approved, version: 3 }, 'proposal_changed'],
    ['not of a void proposal', { ...approved, lifecycle: 'void' }, 'proposal_void'],
    ['not where staff withdrew the links', { ...approved, ...withdrawn }, 'links_revoked'],
    ['not to one who asked for none', approved, 'no_reminders', noReminders],
    ['not once the next one is due', approved, 'next_is_due', {}, 48],
  ]);
  check('reminder', 'after:3', 'payment_requested', [
    [
      'is sent while what staff asked for is due',
      { ...approved, payments: [payment], requests: new Map([['balance', noon]]) },
      null,
    ],
  ]);
});

describe('a request to pay', () => {
  check('instalment', null, 'payment_requested', [
    ['is sent while it is due', { ...approved, requests: new Map([['balance', noon]]) }, null],
    [
      'also to one who asked for no reminders',
      { ...approved, requests: new Map([['balance', noon]]) },
      null,
      noReminders,
    ],
    ['not where the approval is gone', offered, 'not_approved'],
    ['not before it is due', approved, 'instalment_later'],
  ]);
});

describe('word that the offer runs out', () => {
  check('expiring', 'last_days', 'sent', [
    ['is sent while it waits', { ...offered, validUntil: '2026-11-25' }, null],
    ['not to one who approved', { ...approved, validUntil: '2026-11-25' }, 'approved'],
    [
      'not to one who asked for no reminders',
      { ...offered, validUntil: '2026-11-25' },
      'no_reminders',
      noReminders,
    ],
  ]);
});

describe('word that the offer is withdrawn', () => {
  check('withdrawn', null, 'void', [
    ['is sent to one who had it', { ...offered, lifecycle: 'void' }, null],
    ['not of a draft', { lifecycle: 'void' }, 'never_sent'],
    [
      'not to one who had declined',
      { ...offered, lifecycle: 'void' },
      'proposal_declined',
      { earlier: { wasViewed: true, wasDeclined: true, wasVoid: false } },
    ],
  ]);
});

describe('word that a payment failed', () => {
  const after = (status: SessionStatus) => ({ ...approved, sessionStatuses: new Map([['cs_1', status]]) });
  const failed = after('failed');
  check('payment_failed', null, 'payment_failed', [
    ['is sent while that is the last attempt', failed, null],
    ['not to one who paid since', after('paid'), 'not_true_any_more'],
    ['not of a void proposal', { ...failed, lifecycle: 'void' }, 'not_true_any_more'],
  ]);
});

describe('word of a refund', () => {
  const refund = { paymentId: 'cs_1', amountCents: 50_000, currency: 'usd', failed: true };
  check('refund', null, 'payment_refunded', [
    ['is sent', approved, null],
    ['not where it failed', { ...approved, refunds: new Map([['re_1', refund]]) }, 'refund_failed'],
  ]);
});

describe('a new link', () => {
  check('new_link', null, 'sent', [
    ['is sent, also of a version that was not', { ...offered, version: 3 }, null],
    ['not of a void proposal', { ...offered, lifecycle: 'void' }, 'proposal_void'],
    ['not once staff withdrew the links', { ...offered, ...withdrawn }, 'links_revoked'],
    [
      'nor after the address was corrected then',
      { ...offered, ...withdrawn, linkGeneration: 2 },
      'links_revoked',
    ],
  ]);
});
