import { isInquiry } from '../../../src/domain/entry.ts';
import { declineWords, describeAnomaly, methodWords } from '../../../src/domain/words.ts';
import type { Entry } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDay } from '../time.ts';

/** An entry of the log in words. `currency` is the proposal's, for amounts that do not name theirs. */
export function describe(entry: Entry, currency: string): string {
  const money = (cents: number, of: string | null = null) => formatMoney(cents, of ?? currency);
  switch (entry.event) {
    case 'sent':
      return `Link ${entry.meta.mail ? 'mailed' : 'created'} (version ${entry.meta.version})`;
    case 'links_revoked':
      return 'Links withdrawn';
    case 'view':
      return entry.meta.version ? `Viewed (version ${entry.meta.version})` : 'Viewed';
    case 'approve':
      return `Version ${entry.meta.version} approved by ${entry.meta.name}`;
    case 'revised':
      return `Changed to version ${entry.meta.version}, ${money(entry.meta.total_cents)} in all`;
    case 'checkout_created':
      return `Went to pay ${money(entry.meta.amount_cents ?? entry.meta.deposit_cents, entry.meta.currency)}`;
    case 'checkout_expired':
      return 'Payment page closed, nothing paid';
    case 'payment_pending':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} on its way from the bank`;
    case 'payment_success':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} paid`;
    case 'payment_failed':
      return 'The payment did not go through';
    case 'payment_anomaly':
      return describeAnomaly(
        entry.meta.reason,
        money(entry.meta.amount_cents, entry.meta.currency),
        money(entry.meta.expected_cents, entry.meta.expected_currency),
      );
    case 'payment_refunded':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} refunded`;
    case 'refund_failed':
      return `The refund of ${money(entry.meta.amount_cents, entry.meta.currency)} failed`;
    case 'dispute_opened':
      return `${disputeWord(entry.meta.status)} of ${money(entry.meta.amount_cents, entry.meta.currency)}: ${entry.meta.reason.replaceAll('_', ' ')}`;
    case 'dispute_closed':
      return `${disputeWord(entry.meta.status)} closed: ${entry.meta.status.replace('warning_', '').replaceAll('_', ' ')}`;
    case 'customer_changed':
      return 'Name or address corrected';
    case 'declined':
      return `Declined: ${declineWords[entry.meta.reason]}`;
    case 'payment_requested':
      return `${money(entry.meta.amount_cents)} asked for`;
    case 'checkout_refused':
      return `Stripe refused a payment of ${money(entry.meta.amount_cents)}: ${entry.meta.code.replaceAll('_', ' ')}`;
    case 'payment_recorded':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} received by ${methodWords[entry.meta.method]} on ${formatDay(entry.meta.received_on)}${entry.meta.reference ? `: ${entry.meta.reference}` : ''}`;
    case 'payment_reversed':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} by ${methodWords[entry.meta.method]} taken back: ${entry.meta.reason}`;
    case 'refund_requested':
      return `Refund of ${money(entry.meta.amount_cents, entry.meta.currency)} requested: ${entry.meta.reason}`;
    case 'refund_refused':
      return `Stripe refused the refund: ${entry.meta.code.replaceAll('_', ' ')}`;
    case 'anomaly_accepted':
      return `Mismatch accepted: ${entry.meta.note}`;
    case 'void':
      return 'Voided';
    case 'mail_bounced':
      return entry.meta.reason === 'bounced'
        ? 'A mail came back: the address does not take it'
        : 'The customer reported a mail as spam';
    case 'lead_created':
      return 'Lead created';
  }
}

function disputeWord(status: string): string {
  return isInquiry(status) ? 'Inquiry' : 'Dispute';
}

/** Whether staff should look at it. */
export function isWorrying({ event }: Entry): boolean {
  return [
    'payment_anomaly',
    'dispute_opened',
    'refund_failed',
    'refund_refused',
    'payment_failed',
    'checkout_refused',
    'declined',
    'payment_reversed',
    'mail_bounced',
  ].includes(event);
}
