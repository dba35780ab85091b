import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, Problem, type Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatTime } from '../time.ts';
import { Notice } from '../ui/Notice.tsx';
import { Offer } from '../ui/Offer.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { listPath } from './list-query.ts';
import { askFor, Money } from './Money.tsx';
import { ProposalActions } from './ProposalActions.tsx';
import { Status } from './Status.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { Timeline } from './Timeline.tsx';

/** One proposal with its history, and the actions on it. */
export function StaffProposalPage({ id }: { id: string }) {
  useTitle(`Proposal ${id}`);
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['staff-proposal', id],
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param: { proposal_id: id } })),
  });
  if (!data && error instanceof Problem && isMissing(error)) {
    return (
      <>
        <h1>There is no such proposal</h1>
        <p>It may belong to another organization, or its number may be wrong.</p>
        <p>
          <Link href={listPath()}>All proposals</Link>
        </p>
      </>
    );
  }
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Opening the proposal…" />;
  return (
    <>
      <p>
        <Link href={listPath()}>All proposals</Link>
      </p>
      <section className="card next" aria-labelledby="next">
        <p className="standing">
          <Status status={data.status} expired={data.expired} />
          <Standing proposal={data} />
        </p>
        <h2 id="next">{nextOf(data)}</h2>
        <ProposalActions proposal={data} />
      </section>
      <div className="story">
        <Offer proposal={data} action={askFor(data)} />
        <div>
          {data.checkout_refusal && <CheckoutRefused proposal={data} />}
          <Money proposal={data} />
          <Timeline proposal={data} />
        </div>
      </div>
    </>
  );
}

/** The customer heard only that it cannot be taken; staff hear why, and can mend it without a new approval. */
function CheckoutRefused({ proposal }: { proposal: Proposal }) {
  return (
    <Notice kind="bad" title="Stripe would not take the payment">
      <p>
        Its reason: {proposal.checkout_refusal?.replaceAll('_', ' ')}. Correct the customer’s address or the
        amounts, or record a payment that came another way.
      </p>
    </Notice>
  );
}

function Standing({ proposal }: { proposal: Proposal }) {
  const { currency, status, held_cents: held, pending_cents: pending, due_cents: due } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  if (status === 'void' || status === 'declined') return null;
  if (proposal.expired) return <span>The offer ran out.</span>;
  if (pending > 0) return <span>A payment of {money(pending)} is processing.</span>;
  const first = proposal.paid_at;
  if (held > 0 && due === 0)
    return (
      <span>
        {money(held)} paid{first && ` on ${formatTime(first)}`}
      </span>
    );
  if (proposal.last_payment_failed) return <span>The last payment did not go through.</span>;
  if (due === 0) return <span>Nothing is due yet.</span>;
  return (
    <span>
      {proposal.approved_by ? `${money(due)} due.` : `${money(due)} due on approval.`}
      {held > 0 && ` ${money(held)} paid.`}
    </span>
  );
}

const isMissing = ({ code }: Problem) => code === 'proposal_not_found' || code === 'invalid_proposal_id';

/** What is next, in a few words. */
function nextOf(proposal: Proposal): string {
  const { status, customer_name: customer, currency, due_cents: due, remaining_cents: remaining } = proposal;
  if (status === 'void') return 'Nothing is next: it is void';
  if (status === 'declined') return 'Edit it to make another offer';
  if (proposal.expired) return 'Edit it with a later date to offer it again';
  if (proposal.pending_cents > 0) return 'Wait for the bank';
  if (status === 'draft') return `Send it to ${customer}`;
  if (!proposal.approved_by) return `Wait for ${customer} to approve it`;
  if (due > 0) return `Wait for ${customer} to pay ${formatMoney(due, currency)}`;
  return remaining > 0 ? 'Ask for the balance when it is time' : 'Everything is paid';
}
