import type { AnomalyReason, DeclineReason } from './entry.ts';
import type { OfflineMethod } from './proposal.ts';

// Codes of the log in words, as mails and the staff's page say them.

/** How a payment differs from what was agreed. The amounts are written as the reader writes them. */
export function describeAnomaly(reason: AnomalyReason, received: string, expected: string): string {
  switch (reason) {
    case 'amount_mismatch':
      return `Wrong amount: received ${received}, expected ${expected}`;
    case 'currency_mismatch':
      return `Wrong currency: received ${received}, expected ${expected}`;
    case 'already_paid':
      return `Paid twice: extra ${received} received`;
    case 'proposal_void':
      return `Paid although void: received ${received}`;
    case 'proposal_declined':
      return `Paid although declined: received ${received}`;
    case 'version_mismatch':
      return `Paid for an older version: received ${received}, expected ${expected}`;
  }
}

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
