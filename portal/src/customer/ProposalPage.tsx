import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { type Api, apiAs, Problem, type Proposal } from '../api.ts';
import { texts } from '../texts/customer.ts';
import { linkToken } from '../tokens.ts';
import { Offer } from '../ui/Offer.tsx';
import { useLetterhead } from '../ui/use-letterhead.ts';
import { Changes } from './Changes.tsx';
import { DueBar } from './DueBar.tsx';
import { Keep } from './Keep.tsx';
import { LinkProblem, NoLink } from './LinkProblem.tsx';
import { Payment } from './Payment.tsx';
import { useProposal } from './use-proposal.ts';
import { useView } from './use-view.ts';
import type { OfferVersion } from './what-changed.ts';

/** Of an org whose letterhead is not known. */
const plain = { colour: null, locale: null, paper_size: null };

/** A proposal as its customer sees it, through the link that they were sent. */
export function ProposalPage({ id }: { id: string }) {
  const token = linkToken(id);
  if (!token) return <NoLink id={id} />;
  return <LinkedProposal id={id} token={token} />;
}

function LinkedProposal({ id, token }: { id: string; token: string }) {
  const api = useMemo(() => apiAs(token), [token]);
  const { data: fetched, error, refetch, isFetching } = useProposal(api, id);
  // Drawn in slices, so that a slow phone answers the finger meanwhile.
  const data = useDeferredValue(fetched);
  const isPassing = error instanceof Problem && error.isPassing;
  if (data && (!error || isPassing)) {
    return <LoadedProposal api={api} proposal={data} isUnreachable={isPassing} />;
  }
  if (error) return <LinkProblem id={id} error={error} onRetry={() => refetch()} isBusy={isFetching} />;
  return (
    <main className="proposal" aria-busy="true">
      <div className="offer skeleton" role="status">
        <span className="hidden">{texts.proposalPage.openingYourProposal}</span>
      </div>
      <div className="payment skeleton" />
    </main>
  );
}

function LoadedProposal({
  api,
  proposal,
  isUnreachable,
}: {
  api: Api;
  proposal: Proposal;
  isUnreachable: boolean;
}) {
  // The version that the customer has seen, on an earlier visit or on this one: the only one that they may approve.
  const [seen, setSeen] = useState<OfferVersion>(proposal.last_seen ?? proposal);
  const [first] = useState(seen.version);
  const isOver = proposal.status === 'void' || proposal.status === 'declined' || proposal.expired;
  const mayBeApproved = proposal.approved_by === null && !isOver;
  const isChanged = seen.version !== proposal.version && mayBeApproved;
  // What has changed counts as seen once they say so.
  useView(api, String(proposal.id), isChanged ? seen.version : proposal.version);
  useEffect(() => {
    document.title = `${proposal.title} · ${proposal.org_name}`;
  }, [proposal]);
  const panel = useRef<HTMLElement>(null);
  function onSeen() {
    setSeen(proposal);
    panel.current?.focus();
  }

  const look = useLetterhead(proposal.org ?? plain);
  const [query] = useSearchParams();
  const isWaiting = proposal.payments.length > 0 && proposal.due_cents === 0 && proposal.approved_by !== null;
  const hasNews = isOver || isWaiting || proposal.pending_cents > 0 || proposal.last_payment_failed;
  const isUntouched = !hasNews && query.size === 0;
  const isNews = !isUntouched || proposal.version !== first;

  const offer = (
    <div key="offer">
      <Offer proposal={proposal} />
      <Keep />
    </div>
  );
  const bar = !isChanged && !isOver && proposal.due_cents > 0 && <DueBar key="bar" proposal={proposal} />;
  const payment = (
    <aside
      key="payment"
      className="payment"
      aria-label={texts.proposalPage.payment}
      ref={panel}
      tabIndex={-1}
    >
      {isChanged && <Changes before={seen} after={proposal} onSeen={onSeen} />}
      {/* Kept while the changes are shown, so that a typed name is not lost. */}
      <div hidden={isChanged}>
        <Payment api={api} proposal={proposal} />
      </div>
      {isUnreachable && (
        <p className="quiet" role="status">
          {texts.proposalPage.weCannotBeReachedRightNow}
        </p>
      )}
    </aside>
  );
  return (
    <main {...look} className={`proposal ${look.className}`}>
      {/* News comes first: on a small screen, above what the customer knows already. */}
      {isNews ? [payment, offer] : [offer, bar, payment]}
    </main>
  );
}
