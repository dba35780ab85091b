import type { AnomalyReason, DeclineReason } from './entry.ts';
import type { OfflineMethod } from './proposal.ts';

// Codes of the log in words, as mails and the staff's page say them.

/** How a payment differs from what was asked for. */
export const anomalyWords: Record<AnomalyReason, string> = {
  amount_mismatch: 'It is not the amount that was asked for',
  currency_mismatch: 'It is not in the currency that was asked for',
  already_paid: 'The deposit had been paid already',
  proposal_void: 'The proposal had been voided',
  proposal_declined: 'The proposal had been declined',
  version_mismatch: 'It was for an older version of the proposal',
};

export const declineWords: Record<DeclineReason, string> = {
  price: 'too expensive',
  timing: 'the timing does not fit',
  scope: 'it is not what was wanted',
  other_supplier: 'somebody else was chosen',
  other: 'another reason',
};

export const methodWords: Record<OfflineMethod, string> = {
  cash: 'cash',
  cheque: 'cheque',
  bank_transfer: 'bank transfer',
  other: 'other means',
};
