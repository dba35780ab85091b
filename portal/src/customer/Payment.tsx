import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import type { Api, Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { formatDay, formatZonedTime } from '../time.ts';
import { lastSession } from '../tokens.ts';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Decline } from './Decline.tsx';
import { PayForm } from './PayForm.tsx';
import { Payments, Receipt } from './Receipt.tsx';
import { useSession } from './use-proposal.ts';
import { whatIsDue } from './what-is-due.ts';

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
        <Notice kind="good" title={texts.payment.yourPaymentIsOnItsWay}>
          <p>{texts.payment.processing(formatMoney(pending, proposal.currency))}</p>
        </Notice>
        {sessionId?.startsWith('cs_test_mock_') && simulation}
      </>
    );
  }
  // Offers no new attempt while the outcome of the last one is not known.
  if (session.isUnsure && !session.isSlow) {
    return (
      <section>
        <h2>{texts.payment.confirmingYourPayment}</h2>
        <Spinner label={texts.payment.weAreAskingStripe} />
      </section>
    );
  }
  if (isSimulating && simulation && due > 0) return simulation;
  const isUntouched = proposal.payments.length === 0;
  if (isDone && isUntouched) {
    return (
      <Notice kind="good" title={texts.payment.youApprovedThisProposal}>
        <p>{texts.payment.nothingIsDueYet(org)}</p>
      </Notice>
    );
  }
  // Money on a version that was not approved is shown beside the form that approves it.
  if (due === 0 && !isUntouched && (isDone || isForeign(proposal))) return <Receipt proposal={proposal} />;
  return (
    <>
      <WayBack outcome={outcome()} />
      <PayDue api={api} proposal={proposal} />
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
        <Notice title={texts.payment.thisProposalWasWithdrawn}>
          <p>{texts.payment.askWhyWithdrawn(org)}</p>
        </Notice>
      )}
      {status === 'declined' && (
        <Notice title={texts.payment.thisProposalWasDeclined}>
          <p>{texts.payment.askIfYouChangedYourMind(org)}</p>
        </Notice>
      )}
      {proposal.expired && validUntil && (
        <Notice title={texts.payment.thisOfferHasRunOut}>
          <p>{texts.payment.itWasValidUntil(formatDay(validUntil), org)}</p>
        </Notice>
      )}
      {proposal.payments.length > 0 && <Payments proposal={proposal} />}
      {proposal.held_cents > 0 && (
        <p>{texts.payment.askForItBack(org, formatMoney(proposal.held_cents, proposal.currency))}</p>
      )}
    </>
  );
}

/** Says calmly what happened at Stripe, and that nothing was charged if that is known. */
function WayBack({ outcome }: { outcome: string | undefined }) {
  switch (outcome) {
    case 'cancelled':
      return (
        <Notice title={texts.payment.youLeftThePaymentPage}>
          <p>{texts.payment.nothingWasCharged}</p>
        </Notice>
      );
    case 'left':
      return (
        <Notice title={texts.payment.youLeftThePaymentPage}>
          <p>{texts.payment.youCanPayWhenever}</p>
        </Notice>
      );
    case 'failed':
      return (
        <Notice kind="bad" title={texts.payment.yourPaymentDidNotGoThrough}>
          <p>{texts.payment.yourBankDeclined}</p>
        </Notice>
      );
    case 'expired':
      return (
        <Notice title={texts.payment.thePaymentPageHasExpired}>
          <p>{texts.payment.itStayedOpenForTooLong}</p>
        </Notice>
      );
    case 'unsure':
      return (
        <Notice title={texts.payment.stillConfirmingYourPayment}>
          <p>{texts.payment.ifYouPaid}</p>
        </Notice>
      );
    default:
      return null;
  }
}

/** What is due, with the form to approve and pay it. */
function PayDue({ api, proposal }: { api: Api; proposal: Proposal }) {
  const { approved_by: approvedBy, approved_at: approvedAt, currency, due_cents: due } = proposal;
  const amount = formatMoney(due, currency);
  const what = whatIsDue(proposal);
  const title = texts.payment[approvedBy ? 'pay' : 'approveAndPay'][what];
  return (
    <section id="pay" aria-labelledby="pay-heading">
      <h2 id="pay-heading">{due > 0 ? title : texts.payment.approve}</h2>
      {due > 0 && (
        <div className="amount" translate="no">
          {amount}
        </div>
      )}
      {approvedBy && approvedAt && (
        <p className="quiet">
          {texts.payment.approvedBy}
          <bdi>{approvedBy}</bdi>
          {texts.payment.on}
          <span>{formatZonedTime(approvedAt)}</span>.
        </p>
      )}
      <PayForm api={api} proposal={proposal} what={what} />
    </section>
  );
}
