import type { EntryMeta, EventName } from '../../src/domain/entry.ts';
import { initialProposal, type Proposal } from '../../src/domain/proposal.ts';
import type { Facts } from '../../src/mail/facts.ts';
import { noon, terms } from './given.ts';

const session = {
  ...{ amount_cents: 472_500, currency: 'usd', stripe_session_id: 'cs_1', payment_status: 'paid' },
  payment_intent: null,
};

const dispute = {
  ...{ dispute_id: 'dp_1', amount_cents: 472_500, currency: 'usd', status: 'needs_response' },
  ...{ reason: 'product_not_received', payment_intent: 'pi_1', stripe_session_id: 'cs_1' },
};

const refund = {
  ...{ refund_id: 're_1', amount_cents: 50_000, currency: 'usd', status: 'succeeded' },
  ...{ payment_intent: 'pi_1', stripe_session_id: 'cs_1' },
};

const approval = { name: 'Ada', version: 2, ip: null, content_hash: 'hash' };

/** What each event says that a mail is about. */
export const metas = {
  sent: { version: 2, expires_at: '2027-05-22T12:00:00Z', mail: true, user_id: 5 },
  view: {},
  approve: approval,
  declined: { reason: 'price', version: 2, comment_id: 'a-b' },
  payment_requested: { key: 'balance', version: 2, amount_cents: 1_102_500, user_id: 5 },
  payment_success: session,
  payment_failed: session,
  payment_recorded: {
    ...{ payment_id: 'a-b', method: 'cheque', amount_cents: 472_500, currency: 'usd', user_id: 5 },
    ...{ received_on: '2026-11-20', reference: '1234' },
  },
  payment_anomaly: {
    ...{ reason: 'amount_mismatch', stripe_session_id: 'cs_1', expected_cents: 472_500 },
    ...{ expected_currency: 'usd', amount_cents: 400_000, currency: 'usd' },
  },
  payment_refunded: refund,
  refund_failed: refund,
  refund_refused: { refund_request_id: 'a-b', code: 'charge_disputed' },
  checkout_refused: { code: 'email_invalid', amount_cents: 472_500, version: 2 },
  dispute_opened: dispute,
  dispute_closed: { ...dispute, status: 'lost' },
  void: { user_id: 5 },
  mail_bounced: { mail_id: 'a-b', reason: 'bounced' },
} as const satisfies { [E in EventName]?: EntryMeta[E] };

export type MailedEvent = keyof typeof metas;

/** The facts of a mail about an event, with any part of them replaced. The entry is made at noon. */
export function facts(
  event: MailedEvent = 'payment_success',
  proposal: Partial<Proposal> = {},
  part: Partial<Facts> = {},
): Facts {
  return {
    // Sound: the record holds such pairs.
    entry: { event, meta: metas[event], createdAt: noon } as Facts['entry'],
    proposal: { ...initialProposal(terms), ...proposal },
    orgName: 'PeakPro',
    orgEmail: 'sales@peakpro.example',
    letterhead: { logoUrl: null, colour: null, lines: [] },
    locale: null,
    nextSteps: null,
    reminderDays: null,
    notify: null,
    people: [],
    suppressed: [],
    before: null,
    earlier: { wasViewed: false, wasDeclined: false, wasVoid: false },
    comment: null,
    ...part,
  };
}
