import { isInquiry } from '../../../src/domain/entry.ts';
import { declineWords, describeAnomaly, methodWords } from '../../../src/domain/words.ts';
import type { Entry } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatDay } from '../time.ts';
import { describeBlock } from './Booking.tsx';

/** An entry of the log in words. `currency` is the proposal's, for amounts that do not name theirs. */
export function describe(entry: Entry, currency: string): string {
  const money = (cents: number, of: string | null = null) => formatMoney(cents, of ?? currency);
  switch (entry.event) {
    case 'sent':
      return texts.describeEntry[entry.meta.mail ? 'linkMailed' : 'linkCreated'](entry.meta.version);
    case 'links_revoked':
      return texts.describeEntry.linksWithdrawn;
    case 'view':
      return entry.meta.version
        ? texts.describeEntry.viewedVersion(entry.meta.version)
        : texts.describeEntry.viewed;
    case 'approve':
      return texts.describeEntry.versionApproved(entry.meta.version, entry.meta.name);
    case 'revised':
      return texts.describeEntry.changedToVersion(entry.meta.version, money(entry.meta.total_cents));
    case 'checkout_created':
      return texts.describeEntry.wentToPay(
        money(entry.meta.amount_cents ?? entry.meta.deposit_cents, entry.meta.currency),
      );
    case 'checkout_expired':
      return texts.describeEntry.paymentPageClosed;
    case 'payment_pending':
      return texts.describeEntry.onItsWayFromTheBank(money(entry.meta.amount_cents, entry.meta.currency));
    case 'payment_success':
      return texts.describeEntry.paid(money(entry.meta.amount_cents, entry.meta.currency));
    case 'payment_failed':
      return texts.describeEntry.thePaymentDidNotGoThrough;
    case 'payment_anomaly':
      return describeAnomaly(
        entry.meta.reason,
        money(entry.meta.amount_cents, entry.meta.currency),
        money(entry.meta.expected_cents, entry.meta.expected_currency),
      );
    case 'payment_refunded':
      return texts.describeEntry.refunded(money(entry.meta.amount_cents, entry.meta.currency));
    case 'refund_failed':
      return texts.describeEntry.theRefundOfFailed(money(entry.meta.amount_cents, entry.meta.currency));
    case 'dispute_opened':
      return texts.describeEntry[isInquiry(entry.meta.status) ? 'inquiryOpened' : 'disputeOpened'](
        money(entry.meta.amount_cents, entry.meta.currency),
        entry.meta.reason.replaceAll('_', ' '),
      );
    case 'dispute_closed':
      return texts.describeEntry[isInquiry(entry.meta.status) ? 'inquiryClosed' : 'disputeClosed'](
        entry.meta.status.replace('warning_', '').replaceAll('_', ' '),
      );
    case 'customer_changed':
      return texts.describeEntry.nameOrAddressCorrected;
    case 'declined':
      return texts.describeEntry.declined(declineWords[entry.meta.reason]);
    case 'payment_requested':
      return texts.describeEntry.askedFor(money(entry.meta.amount_cents));
    case 'checkout_refused':
      return texts.describeEntry.stripeRefusedAPayment(
        money(entry.meta.amount_cents),
        entry.meta.code.replaceAll('_', ' '),
      );
    case 'payment_recorded':
      return texts.describeEntry.received(
        money(entry.meta.amount_cents, entry.meta.currency),
        methodWords[entry.meta.method],
        formatDay(entry.meta.received_on),
        entry.meta.reference ?? null,
      );
    case 'payment_reversed':
      return texts.describeEntry.takenBack(
        money(entry.meta.amount_cents, entry.meta.currency),
        methodWords[entry.meta.method],
        entry.meta.reason,
      );
    case 'refund_requested':
      return texts.describeEntry.refundOfRequested(
        money(entry.meta.amount_cents, entry.meta.currency),
        entry.meta.reason,
      );
    case 'refund_refused':
      return texts.describeEntry.stripeRefusedTheRefund(entry.meta.code.replaceAll('_', ' '));
    case 'anomaly_accepted':
      return texts.describeEntry.mismatchAccepted(entry.meta.note);
    case 'void':
      return texts.describeEntry.voided;
    case 'mail_bounced':
      return entry.meta.reason === 'bounced'
        ? texts.describeEntry.aMailCameBack
        : texts.describeEntry.theCustomerReportedAMailAs;
    case 'booked': {
      const {
        amount_cents: cents,
        expected_cents: expected,
        document_type: type,
        document_number: number,
      } = entry.meta;
      const document = [spaced(type), number].filter(Boolean).join(' ');
      const amount = money(cents, entry.meta.currency);
      return expected === undefined
        ? texts.describeEntry.booked(document, amount)
        : texts.describeEntry.bookedDifferently(document, amount, money(expected, entry.meta.currency));
    }
    case 'booking_blocked':
      return describeBlock(entry.meta.reason);
    case 'lead_created':
      return texts.describeEntry.leadCreated;
  }
}

/** `SalesReceipt` is a sales receipt. */
function spaced(type: string): string {
  return type.replace(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Whether staff should look at it. */
export function isWorrying({ event, meta }: Entry): boolean {
  if (event === 'booked') return meta.expected_cents !== undefined;
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
    'booking_blocked',
  ].includes(event);
}
