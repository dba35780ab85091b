import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import type { Api, Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatTime } from '../time.ts';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { PayForm } from './PayForm.tsx';
import { Receipt } from './Receipt.tsx';
import { useSession } from './use-proposal.ts';

// Simulates Stripe's page in dev mode. A production build has neither the branch nor the file.
const Simulation = import.meta.env.DEV ? lazy(() => import('./Simulation.tsx')) : null;

/** Shows how the deposit stands and what the customer can do about it, however they came here. */
export function Payment({ api, proposal }: { api: Api; proposal: Proposal }) {
  const [query] = useSearchParams();
  const sessionId = query.get('session_id');
  const isSimulating = query.get('mock_payment') === 'true';
  const { status, deposit_status: standing, org_name: org } = proposal;
  const isSettled = standing === 'paid' || standing === 'pending';
  const session = useSession(api, String(proposal.id), isSettled ? null : sessionId);
  const simulation = Simulation && (
    <Suspense>
      <Simulation api={api} proposal={proposal} sessionId={sessionId} />
    </Suspense>
  );

  function outcome() {
    if (query.has('cancelled')) return 'cancelled';
    if (session.isUnsure) return 'unsure'; // whatever the outcome of an earlier session
    return standing === 'failed' ? 'failed' : session.status;
  }

  if (standing === 'paid') return <Receipt proposal={proposal} />;
  if (status === 'void') {
    return (
      <Notice title="This proposal was withdrawn">
        <p>There is nothing to approve or to pay any more. If that surprises you, ask {org}.</p>
      </Notice>
    );
  }
  if (standing === 'pending') {
    return (
      <>
        <Notice kind="good" title="Your payment is on its way">
          <p>
            Your bank was asked for {formatMoney(proposal.due_cents, proposal.currency)}. That can take a few
            days. You need not do anything, and you can close this page.
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
  if (isSimulating && simulation) return simulation;
  return (
    <>
      <WayBack outcome={outcome()} />
      <Due api={api} proposal={proposal} />
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
        <Notice title="We have not heard of your payment yet">
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

/** The deposit that is due, with the form to approve and pay it. */
function Due({ api, proposal }: { api: Api; proposal: Proposal }) {
  const { approved_by: approvedBy, approved_at: approvedAt, currency } = proposal;
  const amount = formatMoney(proposal.due_cents, currency);
  return (
    <section id="pay" aria-labelledby="pay-heading">
      <h2 id="pay-heading">{approvedBy ? 'Pay the deposit' : 'Approve and pay the deposit'}</h2>
      <p className="amount">{amount}</p>
      {approvedBy && approvedAt && (
        <p className="quiet">
          Approved by {approvedBy} on {formatTime(approvedAt)}.
        </p>
      )}
      <PayForm api={api} proposal={proposal} amount={amount} />
      {/* On a small screen, the amount due stays in sight. */}
      <p className="due-bar">
        <span>
          Deposit due <strong>{amount}</strong>
        </span>
        <a href="#pay">{approvedBy ? 'Pay' : 'Approve & pay'}</a>
      </p>
    </section>
  );
}
