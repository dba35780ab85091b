import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, Problem, type Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatDay, formatTime } from '../time.ts';
import { Notice } from '../ui/Notice.tsx';
import { Offer } from '../ui/Offer.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Allowed } from './Allowed.tsx';
import { Failure } from './Failure.tsx';
import { Links } from './Links.tsx';
import { listPath } from './list-query.ts';
import { askableParts, askFor, Money } from './Money.tsx';
import { ProposalActions, type Step } from './ProposalActions.tsx';
import { Status } from './Status.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { Timeline } from './Timeline.tsx';

/** One proposal with its history, and the actions on it. */
export function StaffProposalPage({ id }: { id: string }) {
  useTitle(texts.staffProposalPage.proposal(id));
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['staff-proposal', id],
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param: { proposal_id: id } })),
  });
  if (!data && error instanceof Problem && isMissing(error)) {
    return (
      <>
        <h1>{texts.staffProposalPage.thereIsNoSuchProposal}</h1>
        <p>{texts.staffProposalPage.noSuchProposalHint}</p>
        <p>
          <Link href={listPath()}>{texts.staffProposalPage.allProposals}</Link>
        </p>
      </>
    );
  }
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label={texts.staffProposalPage.openingTheProposal} />;
  const next = nextOf(data);
  return (
    <>
      <p>
        <Link href={listPath()}>{texts.staffProposalPage.allProposals}</Link>
      </p>
      <section className="card next" aria-labelledby="next">
        <p className="standing">
          <Status status={data.status} expired={data.expired} />
          <Standing proposal={data} />
        </p>
        <h2 id="next">{next.words}</h2>
        <p className="quiet" translate="no">
          <bdi>{data.customer_email}</bdi>
        </p>
        <Allowed to="proposals:write">
          <ProposalActions proposal={data} next={next.step} />
        </Allowed>
      </section>
      <div className="story">
        <Offer proposal={data} action={askFor(data)} />
        <div>
          {data.checkout_refusal && <CheckoutRefused code={data.checkout_refusal} />}
          <Money proposal={data} />
          <Links proposal={data} />
          <Timeline proposal={data} />
        </div>
      </div>
    </>
  );
}

/** The customer heard only that it cannot be taken; staff hear why, and can mend it without a new approval. */
function CheckoutRefused({ code }: { code: string }) {
  return (
    <Notice kind="bad" title={texts.staffProposalPage.stripeWouldNotTakeThePayment}>
      <p>{texts.staffProposalPage.itsReason(code.replaceAll('_', ' '))}</p>
    </Notice>
  );
}

function Standing({ proposal }: { proposal: Proposal }) {
  const { currency, status, held_cents: held, pending_cents: pending, due_cents: due } = proposal;
  const money = (cents: number) => formatMoney(cents, currency);
  if (status === 'void' || status === 'declined') return null;
  if (proposal.expired) return <span>{texts.staffProposalPage.theOfferRanOut}</span>;
  if (pending > 0) return <span>{texts.staffProposalPage.aPaymentOfIsProcessing(money(pending))}</span>;
  const first = proposal.paid_at;
  if (held > 0 && due === 0)
    return (
      <span>
        {texts.staffProposalPage.paid(money(held))}
        {first && texts.staffProposalPage.paidOn(formatTime(first))}
      </span>
    );
  if (proposal.last_payment_failed) return <span>{texts.staffProposalPage.theLastPaymentDidNotGo}</span>;
  if (due === 0) return <span>{texts.staffProposalPage.nothingIsDueYet}</span>;
  return (
    <span>
      {proposal.approved_by
        ? texts.staffProposalPage.due(money(due))
        : texts.staffProposalPage.dueOnApproval(money(due))}
      {held > 0 && texts.staffProposalPage.alsoPaid(money(held))}
    </span>
  );
}

const isMissing = ({ code }: Problem) => code === 'proposal_not_found' || code === 'invalid_proposal_id';

/** What is next, in a few words, and which step of staff it is; null where it is not theirs. */
function nextOf(proposal: Proposal): { readonly words: string; readonly step: Step | null } {
  const { status, customer_name: customer, currency, due_cents: due, remaining_cents: remaining } = proposal;
  const words = texts.staffProposalPage;
  const is = (text: string, step: Step | null = null) => ({ words: text, step });
  if (status === 'void') return is(words.itIsVoid);
  if (status === 'declined') return is(words.offerAgain, 'edit');
  if (proposal.expired) return is(words.offerAgainLater, 'edit');
  if (proposal.pending_cents > 0) return is(words.waitForTheBank);
  if (!proposal.approved_by) {
    if (proposal.sent_version === null) return is(words.sendIt(customer), 'send');
    if (proposal.sent_version !== proposal.version) return is(words.sendTheChange(customer), 'send');
    return is(words.waitForToApprove(customer));
  }
  if (due > 0) return is(words.waitForToPay(customer, formatMoney(due, currency)));
  if (remaining === 0) return is(words.everythingIsPaid);
  if (askableParts(proposal).length > 0) return is(words.askForTheBalanceWhen, 'ask');
  const { due_on: date } = proposal.schedule.find(({ state }) => state === 'later') ?? {};
  return is(date ? words.nextPaymentIsDueOn(formatDay(date)) : words.nothingIsDueYet);
}
