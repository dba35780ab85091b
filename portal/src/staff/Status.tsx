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

export function Status({ status }: { status: ProposalSummary['status'] }) {
  return <span className={`status ${status}`}>{statusWords[status]}</span>;
}
