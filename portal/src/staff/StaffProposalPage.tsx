import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { answerOf, type Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDate, formatTime } from '../time.ts';
import { Offer } from '../ui/Offer.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
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
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Opening the proposal…" />;
  return (
    <>
      <p>
        <Link href="/staff/proposals">All proposals</Link>
      </p>
      <div className="title">
        <p className="standing">
          <Status status={data.status} />
          <Standing proposal={data} />
        </p>
        <Actions proposal={data} />
      </div>
      <div className="story">
        <Offer proposal={data} />
        <Timeline proposal={data} />
      </div>
    </>
  );
}

function Standing({ proposal }: { proposal: Proposal }) {
  const { deposit_status: standing, currency } = proposal;
  switch (standing) {
    case 'paid':
      return (
        <span>
          {formatMoney(proposal.paid_cents, currency)} paid
          {proposal.paid_at && ` on ${formatTime(proposal.paid_at)}`}
          {proposal.refunded_cents > 0 && `, ${formatMoney(proposal.refunded_cents, currency)} refunded`}
        </span>
      );
    case 'pending':
      return <span>A payment is on its way.</span>;
    case 'failed':
      return <span>The last payment did not go through.</span>;
    case 'unpaid':
      return proposal.status === 'void' ? null : (
        <span>Deposit of {formatMoney(proposal.due_cents, currency)} not paid yet.</span>
      );
  }
}

function Actions({ proposal }: { proposal: Proposal }) {
  const { status, deposit_status: standing } = proposal;
  const [withdrawals, setWithdrawals] = useState(0);
  const withdrawLinks = <WithdrawLinks proposal={proposal} onDone={() => setWithdrawals(withdrawals + 1)} />;
  if (status === 'void') return <div className="actions">{withdrawLinks}</div>;
  return (
    <div className="actions">
      {/* Without the link that it showed, which opens nothing any more. */}
      <Send key={withdrawals} proposal={proposal} />
      {standing !== 'paid' && standing !== 'pending' && (
        <Link href={`/staff/proposals/${proposal.id}/edit`} className="button">
          Change
        </Link>
      )}
      {status !== 'draft' && withdrawLinks}
      <Void proposal={proposal} />
    </div>
  );
}

function Send({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const [isCopied, setCopied] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      answerOf(api.proposals[':proposal_id'].send.$post({ param: { proposal_id: String(proposal.id) } })),
    onSuccess: async ({ portal_url: url }) => {
      void queries.invalidateQueries();
      await copy(url);
    },
  });
  async function copy(url: string) {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      setCopied(false); // the page is not in front, or not served securely: staff can copy the link by hand
    }
  }
  const link = send.data;
  return (
    <div className="send">
      <button type="button" className="primary" onClick={() => send.mutate()} disabled={send.isPending}>
        {send.isPending ? 'Making a link…' : 'Copy link for the customer'}
      </button>
      {link && (
        <p role="status" className="quiet">
          {isCopied ? 'Copied. ' : 'Copy this link: '}
          It opens the proposal without an account until {formatDate(link.expires_at)}.
          <input
            readOnly
            aria-label="Link for the customer"
            value={link.portal_url}
            onFocus={({ target }) => target.select()}
          />
        </p>
      )}
      {send.error && <Failure error={send.error} />}
    </div>
  );
}

function WithdrawLinks({ proposal, onDone }: { proposal: Proposal; onDone: () => void }) {
  const { api } = useStaff();
  return (
    <ConfirmedAction
      words={{
        action: 'Withdraw links',
        question: 'Withdraw the links?',
        yes: 'Withdraw them',
        busy: 'Withdrawing…',
        no: 'Keep them',
      }}
      run={async () => {
        const param = { proposal_id: String(proposal.id) };
        await answerOf(api.proposals[':proposal_id'].links.revoke.$post({ param }));
        onDone();
      }}
    >
      No link that was handed out so far will open this proposal. {proposal.customer_name} needs a new one.
    </ConfirmedAction>
  );
}

function Void({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ConfirmedAction
      words={{
        action: 'Void',
        question: 'Void this proposal?',
        yes: 'Void it',
        busy: 'Voiding…',
        no: 'Keep it',
      }}
      run={() =>
        answerOf(api.proposals[':proposal_id'].void.$post({ param: { proposal_id: String(proposal.id) } }))
      }
    >
      {proposal.customer_name} can then neither approve nor pay it. This cannot be undone.
    </ConfirmedAction>
  );
}
