import type { ProposalSummary } from '../api.ts';

export const statusWords: Record<ProposalSummary['status'], string> = {
  draft: 'Draft',
  sent: 'Sent',
  approved: 'Approved',
  deposit_paid: 'Deposit paid',
  paid: 'Paid',
  declined: 'Declined',
  void: 'Void',
};

/** How far a proposal has come. An offer that ran out says that instead. */
export function Status({
  status,
  expired = false,
}: {
  status: ProposalSummary['status'];
  expired?: boolean;
}) {
  return (
    <span className={`status ${expired ? 'expired' : status}`}>
      {expired ? 'Expired' : statusWords[status]}
    </span>
  );
}
