import type { Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { whatIsDue } from './what-is-due.ts';

/** What is due, in sight on a small screen until the reader comes to where it is paid. It covers nothing of that. */
export function DueBar({ proposal }: { proposal: Proposal }) {
  const isApproved = proposal.approved_by !== null;
  return (
    <p className="due-bar" translate="no">
      <span>
        {texts.dueBar[isApproved ? 'now' : 'onApproval'][whatIsDue(proposal)]}{' '}
        <strong>{formatMoney(proposal.due_cents, proposal.currency)}</strong>
      </span>
      <a href="#pay">{isApproved ? texts.dueBar.goToPayment : texts.dueBar.goToApproval}</a>
    </p>
  );
}
