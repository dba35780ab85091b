import type { ProposalSummary } from '../api.ts';
import { texts } from '../texts/staff.ts';

export const statusWords: Record<ProposalSummary['status'], string> = texts.status.statusWords;

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
      {expired ? texts.status.expired : statusWords[status]}
    </span>
  );
}
