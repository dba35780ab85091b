import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { declineWords } from '../../../src/domain/words.ts';
import { answerOf, type Proposal } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { formatDate, formatTime } from '../time.ts';
import { Notice } from '../ui/Notice.tsx';
import { Offer } from '../ui/Offer.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { askFor, Money } from './Money.tsx';
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
          <Status status={data.status} expired={data.expired} />
          <Standing proposal={data} />
        </p>
        <Actions proposal={data} />
      </div>
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

function Actions({ proposal }: { proposal: Proposal }) {
  const { status } = proposal;
  const [withdrawals, setWithdrawals] = useState(0);
  const withdrawLinks = <WithdrawLinks proposal={proposal} onDone={() => setWithdrawals(withdrawals + 1)} />;
  if (status === 'void') {
    return (
      <div className="actions">
        <Duplicate proposal={proposal} />
        {withdrawLinks}
      </div>
    );
  }
  const hasMoney = proposal.pending_cents > 0 || proposal.payments.some(isHeld);
  return (
    <div className="actions">
      {/* Without the link that it showed, which opens nothing any more. */}
      {!proposal.expired && <Send key={withdrawals} proposal={proposal} />}
      {!hasMoney && (
        <Link href={`/staff/proposals/${proposal.id}/edit`} className="button">
          Edit
        </Link>
      )}
      {!proposal.approved_by && status !== 'declined' && !proposal.expired && (
        <ApproveOnBehalf proposal={proposal} />
      )}
      {!hasMoney && status !== 'declined' && <DeclineOnBehalf proposal={proposal} />}
      {hasMoney && <CorrectCustomer proposal={proposal} />}
      <Duplicate proposal={proposal} />
      {status !== 'draft' && withdrawLinks}
      {!hasMoney && <Void proposal={proposal} />}
    </div>
  );
}

/** Whether some of it may not have gone back: then nothing of what it was paid for is changed. */
function isHeld({ method, reversed, refundable_cents: left }: Proposal['payments'][number]): boolean {
  return method === 'stripe' ? left > 0 : !reversed;
}

/** What was agreed stays as it is while money is held; who it was agreed with can be corrected. */
function CorrectCustomer({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action="Correct the customer"
      title="Correct the customer’s name or address"
      yes="Save"
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].$patch({
            param: { proposal_id: String(proposal.id) },
            json: {
              customer_name: String(fields.get('customer_name')).trim(),
              customer_email: String(fields.get('customer_email')).trim(),
            },
          }),
        )
      }
    >
      <p>It need not be approved again. Another address ends the links that were handed out.</p>
      <TextField name="customer_name" label="Name" most={200} start={proposal.customer_name} />
      <TextField
        name="customer_email"
        label="Email"
        kind="email"
        most={254}
        start={proposal.customer_email}
      />
    </ActionDialog>
  );
}

function ApproveOnBehalf({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action="Approve for the customer"
      title={`Approve for ${proposal.customer_name}`}
      yes="Record the approval"
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].approve.$post({
            param: { proposal_id: String(proposal.id) },
            json: {
              name: String(fields.get('name')),
              version: proposal.version,
              method: fields.get('method') as 'phone' | 'paper' | 'in_person',
              reference: String(fields.get('reference')),
            },
          }),
        )
      }
    >
      <p>
        They agreed to version {proposal.version}, {formatMoney(proposal.total_cents, proposal.currency)} in
        all.
      </p>
      <TextField name="name" label="Who agreed" most={200} start={proposal.customer_name} />
      <label>
        How
        <select name="method">
          <option value="phone">On the phone</option>
          <option value="paper">On paper</option>
          <option value="in_person">In person</option>
        </select>
      </label>
      <TextField
        name="reference"
        label="Where it is noted"
        hint="For example: call of 26 November."
        most={200}
      />
    </ActionDialog>
  );
}

function DeclineOnBehalf({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action="Mark as declined"
      title="Mark as declined"
      yes="Mark as declined"
      run={(fields) => {
        const comment = String(fields.get('comment') ?? '').trim();
        return answerOf(
          api.proposals[':proposal_id'].decline.$post({
            param: { proposal_id: String(proposal.id) },
            json: {
              reason: fields.get('reason') as keyof typeof declineWords,
              ...(comment ? { comment } : {}),
            },
          }),
        );
      }}
    >
      <p>{proposal.customer_name} can then neither approve nor pay it. A new version reopens it.</p>
      <label>
        Why
        <select name="reason">
          {Object.entries(declineWords).map(([value, words]) => (
            <option key={value} value={value}>
              {words.replace(/^./, (letter) => letter.toUpperCase())}
            </option>
          ))}
        </select>
      </label>
      <TextField name="comment" label="In their words (optional)" kind="paragraphs" isOptional most={2_000} />
    </ActionDialog>
  );
}

function Duplicate({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // A second click makes no second draft.
  const [requestKey] = useState(() => crypto.randomUUID());
  const copy = useMutation({
    mutationFn: () =>
      answerOf(
        api.proposals[':proposal_id'].duplicate.$post({
          param: { proposal_id: String(proposal.id) },
          header: { 'idempotency-key': requestKey },
        }),
      ),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['proposals'] });
      navigate(`/staff/proposals/${id}/edit`);
    },
  });
  return (
    <>
      <button type="button" onClick={() => copy.mutate()} disabled={copy.isPending}>
        {copy.isPending ? 'Copying…' : 'Duplicate'}
      </button>
      {copy.error && <Failure error={copy.error} />}
    </>
  );
}

const whyNoMail = {
  on: '',
  off: 'Mail is off: send the link yourself.',
  not_configured: 'Nothing is mailed, since no mail vendor is set up: send the link yourself.',
};

/** Mails the link, where mail is on, or copies it for staff to send. */
function Send({ proposal }: { proposal: Proposal }) {
  const { api, me } = useStaff();
  const queries = useQueryClient();
  const [isCopied, setCopied] = useState(false);
  const send = useMutation({
    mutationFn: (mail: boolean) =>
      answerOf(
        api.proposals[':proposal_id'].send.$post({
          param: { proposal_id: String(proposal.id) },
          json: { mail },
        }),
      ),
    onSuccess: async ({ portal_url: url, mailed }) => {
      void queries.invalidateQueries();
      if (!mailed) await copy(url);
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
  const isMailOn = me.mail === 'on';
  return (
    <div className="send">
      {isMailOn && (
        <button type="button" className="primary" onClick={() => send.mutate(true)} disabled={send.isPending}>
          {send.isPending && send.variables ? 'Sending…' : 'Mail to the customer'}
        </button>
      )}
      <button
        type="button"
        className={isMailOn ? undefined : 'primary'}
        onClick={() => send.mutate(false)}
        disabled={send.isPending}
      >
        {send.isPending && !send.variables ? 'Making a link…' : 'Copy link for the customer'}
      </button>
      {!isMailOn && !link && <p className="quiet">{whyNoMail[me.mail]}</p>}
      {link && (
        <p role="status" className="quiet">
          {link.mailed
            ? `It is mailed to ${proposal.customer_email}, once an hour at most: see what happened, below. This is the link: `
            : isCopied
              ? 'Copied. '
              : 'Copy this link: '}
          It opens the proposal without an account. If nothing happens there, it ends on{' '}
          {formatDate(link.expires_at)}.
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
