import type { AnomalyReason } from '../../../src/domain/entry.ts';
import type { Entry } from '../api.ts';
import { formatMoney } from '../money.ts';

/** In words, how a payment differs from what was asked for. */
export const reasonWords: Record<AnomalyReason, string> = {
  amount_mismatch: 'It is not the amount that was asked for',
  currency_mismatch: 'It is not in the currency that was asked for',
  already_paid: 'The deposit had been paid already',
  proposal_void: 'The proposal had been voided',
  version_mismatch: 'It was for an older version of the proposal',
};

/** An entry of the log in words. `currency` is the proposal's, for amounts that do not name theirs. */
export function describe(entry: Entry, currency: string): string {
  const money = (cents: number, of: string | null = null) => formatMoney(cents, of ?? currency);
  switch (entry.event) {
    case 'sent':
      return `Link made for version ${entry.meta.version}`;
    case 'links_revoked':
      return 'Links withdrawn';
    case 'view':
      return 'Looked at';
    case 'approve':
      return `Version ${entry.meta.version} approved by ${entry.meta.name}`;
    case 'revised':
      return `Changed to version ${entry.meta.version}, ${money(entry.meta.total_cents)} in all`;
    case 'checkout_created':
      return `Went to pay ${money(entry.meta.deposit_cents, entry.meta.currency)}`;
    case 'checkout_expired':
      return 'Payment page closed, nothing paid';
    case 'payment_pending':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} on its way from the bank`;
    case 'payment_success':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} paid`;
    case 'payment_failed':
      return 'The payment did not go through';
    case 'payment_anomaly':
      return `${reasonWords[entry.meta.reason]}: ${money(entry.meta.amount_cents, entry.meta.currency)} instead of ${money(entry.meta.expected_cents, entry.meta.expected_currency)}`;
    case 'payment_refunded':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} refunded`;
    case 'refund_failed':
      return `The refund of ${money(entry.meta.amount_cents, entry.meta.currency)} failed`;
    case 'dispute_opened':
      return `${money(entry.meta.amount_cents, entry.meta.currency)} disputed: ${entry.meta.reason.replaceAll('_', ' ')}`;
    case 'dispute_closed':
      return `Dispute closed: ${entry.meta.status.replaceAll('_', ' ')}`;
    case 'void':
      return 'Voided';
    case 'lead_created':
      return 'Lead created';
  }
}

/** Whether staff should look at it. */
export function isWorrying({ event }: Entry): boolean {
  return ['payment_anomaly', 'dispute_opened', 'refund_failed', 'payment_failed'].includes(event);
}
