import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import type { Api, Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDay, formatZonedTime } from '../time.ts';
import { lastSession } from '../tokens.ts';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Decline } from './Decline.tsx';
import { PayForm } from './PayForm.tsx';
import { Payments, Receipt } from './Receipt.tsx';
import { useSession } from './use-proposal.ts';

// Simulates Stripe's page in dev mode. A production build has neither the branch nor the file.
const Simulation = import.meta.env.DEV ? lazy(() => import('./Simulation.tsx')) : null;

/** Shows how the money stands and what the customer can do about it, however they came here. */
export function Payment({ api, proposal }: { api: Api; proposal: Proposal }) {
  const [query] = useSearchParams();
  const isLeft = query.has('cancelled');
  // Stripe names the session to who pays, and not to who leaves: then it is the one that this tab went to.
  const sessionId = query.get('session_id') ?? (isLeft ? lastSession(String(proposal.id)) : null);
  const isSimulating = query.get('mock_payment') === 'true';
  const { status, org_name: org, due_cents: due, pending_cents: pending, held_cents: held } = proposal;
  const isPaid = proposal.payments.some(({ payment_id: id }) => id === sessionId);
  const isDone = due === 0 && proposal.approved_by !== null;
  const isSettled = isPaid || pending > 0 || (isDone && held > 0);
  const session = useSession(api, String(proposal.id), isSettled ? null : sessionId, isLeft);
  const simulation = Simulation && (
    <Suspense>
      <Simulation api={api} proposal={proposal} sessionId={sessionId} />
    </Suspense>
  );

  function outcome() {
    if (session.isUnsure) return 'unsure'; // whatever the outcome of an earlier session
    if (isLeft && session.status === 'open') return 'cancelled';
    if (isLeft && session.status === undefined) return 'left';
    return proposal.last_payment_failed ? 'failed' : session.status;
  }

  if (status === 'void' || status === 'declined' || proposal.expired) return <Over proposal={proposal} />;
  if (pending > 0) {
    return (
      <>
        <Notice kind="good" title="Your payment is on its way">
          <p>
            {`Your payment of ${formatMoney(pending, proposal.currency)} is processing. That can take a few days. You need not do anything, and you can close this page.`}
          </p>
        </Notice>
        {sessionId?.startsWith('cs_test_mock_') && simulation}
      </>
    );
  }
  // Offers no new attempt while the outcome of the last one is not known.
  if (session.isUnsure && !session.isSlow) {
    return (
      <section>
        <h2>Confirming your payment…</h2>
        <Spinner label="We are asking Stripe. This takes a few seconds." />
      </section>
    );
  }
  if (isSimulating && simulation && due > 0) return simulation;
  const isUntouched = proposal.payments.length === 0;
  if (isDone && isUntouched) {
    return (
      <Notice kind="good" title="You approved this proposal">
        <p>Nothing is due yet. {org} will ask for a payment when it is, and you will pay it here.</p>
      </Notice>
    );
  }
  // Money on a version that was not approved is shown beside the form that approves it.
  if (due === 0 && !isUntouched && (isDone || isForeign(proposal))) return <Receipt proposal={proposal} />;
  return (
    <>
      <WayBack outcome={outcome()} />
      <Due api={api} proposal={proposal} />
      {!isUntouched && <Payments proposal={proposal} />}
      {held <= 0 && <Decline api={api} proposal={proposal} />}
    </>
  );
}

/** Whether money came in another currency: then nothing is asked for before staff have looked at it. */
function isForeign({ payments, currency }: Proposal): boolean {
  return payments.some((payment) => payment.currency !== currency && !payment.reversed);
}

/** Why there is nothing to approve or to pay any more. */
function Over({ proposal }: { proposal: Proposal }) {
  const { status, org_name: org, valid_until: validUntil } = proposal;
  return (
    <>
      {status === 'void' && (
        <Notice title="This proposal was withdrawn">
          <p>There is nothing to approve or to pay any more. If that surprises you, ask {org}.</p>
        </Notice>
      )}
      {status === 'declined' && (
        <Notice title="This proposal was declined">
          <p>There is nothing to approve or to pay any more. If you changed your mind, ask {org}.</p>
        </Notice>
      )}
      {proposal.expired && (
        <Notice title="This offer has run out">
          <p>
            It was valid until {validUntil && formatDay(validUntil)}. If you still want it, ask {org} for a
            new one.
          </p>
        </Notice>
      )}
      {proposal.payments.length > 0 && <Payments proposal={proposal} />}
      {proposal.held_cents > 0 && (
        <p>
          {`${org} holds ${formatMoney(proposal.held_cents, proposal.currency)} that you paid. Please ask them to return it.`}
        </p>
      )}
    </>
  );
}

/** Says calmly what happened at Stripe, and that nothing was charged if that is known. */
function WayBack({ outcome }: { outcome: string | undefined }) {
  switch (outcome) {
    case 'cancelled':
      return (
        <Notice title="You left the payment page">
          <p>Nothing was charged. You can pay whenever you are ready.</p>
        </Notice>
      );
    case 'left':
      return (
        <Notice title="You left the payment page">
          <p>You can pay whenever you are ready. You cannot be charged twice.</p>
        </Notice>
      );
    case 'failed':
      return (
        <Notice kind="bad" title="Your payment did not go through">
          <p>
            Your bank declined it, and nothing was charged. You can try again, with another method if you
            like.
          </p>
        </Notice>
      );
    case 'expired':
      return (
        <Notice title="The payment page has expired">
          <p>It stayed open for too long, and nothing was charged. You can begin again.</p>
        </Notice>
      );
    case 'unsure':
      return (
        <Notice title="Still confirming your payment">
          <p>
            If you paid, you need not do anything: this page will show it. If you did not, you can go on
            below; you cannot be charged twice.
          </p>
        </Notice>
      );
    default:
      return null;
  }
}

/** What is due, with the form to approve and pay it. */
function Due({ api, proposal }: { api: Api; proposal: Proposal }) {
  const { approved_by: approvedBy, approved_at: approvedAt, currency, due_cents: due } = proposal;
  const amount = formatMoney(due, currency);
  const what = whatIsDue(proposal);
  const verb = approvedBy ? 'Pay' : due > 0 ? 'Approve and pay' : 'Approve';
  return (
    <section id="pay" aria-labelledby="pay-heading">
      <h2 id="pay-heading">
        {due > 0 ? `${verb} ${what ? `the ${what}` : 'what is due'}` : 'Approve this proposal'}
      </h2>
      {due > 0 && (
        <p className="amount" translate="no">
          {amount}
        </p>
      )}
      {approvedBy && approvedAt && (
        <p className="quiet">
          Approved by <bdi>{approvedBy}</bdi> on <span>{formatZonedTime(approvedAt)}</span>.
        </p>
      )}
      <PayForm api={api} proposal={proposal} what={what} />
    </section>
  );
}

/** `deposit` or `balance`, where it is just that. */
export function whatIsDue({
  schedule,
  deposit_cents: deposit,
  due_cents: due,
  held_cents: held,
  total_cents: total,
}: Proposal) {
  if (held === 0 && due === deposit) return 'deposit';
  return held + due === total && schedule.length > 1 ? 'balance' : null;
}
