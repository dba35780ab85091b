import type { Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { whatIsDue } from './Payment.tsx';

/** What is due, in sight on a small screen until the reader comes to where it is paid. It covers nothing of that. */
export function DueBar({ proposal }: { proposal: Proposal }) {
  const what = whatIsDue(proposal);
  return (
    <p className="due-bar" translate="no">
      <span>
        {what ? `${what.charAt(0).toUpperCase()}${what.slice(1)} due now` : 'Due now'}{' '}
        <strong>{formatMoney(proposal.due_cents, proposal.currency)}</strong>
      </span>
      <a href="#pay">Go to payment ↓</a>
    </p>
  );
}
