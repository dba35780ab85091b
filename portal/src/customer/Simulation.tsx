import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type Api, answerOf, type Proposal } from '../api.ts';
import { formatMoney } from '../money.ts';
import { Notice } from '../ui/Notice.tsx';
import { useRefresh } from './use-proposal.ts';

/**
 * Stands in for Stripe's page and Stripe's servers in dev mode: `?mock_payment=true` leads here. It is only in
 * `npm run dev`, not in a production build.
 */
export default function Simulation({
  api,
  proposal,
  sessionId,
}: {
  api: Api;
  proposal: Proposal;
  sessionId: string | null;
}) {
  const refresh = useRefresh(String(proposal.id));
  const [isDeclined, setDeclined] = useState(false);
  const [query] = useSearchParams();
  const pay = query.get('pay') === 'full' ? 'full' : 'due';
  const tell = useMutation({
    mutationFn: async ({ type, paid }: { type: string; paid: boolean }) => {
      const session = await findSession(api, proposal, sessionId, pay);
      await post(proposal, { ...session, type, paid });
      return session.id;
    },
    onSuccess: (id) => {
      void refresh();
      if (sessionId === null) location.assign(`/proposal/${proposal.id}?session_id=${id}`);
    },
  });
  const button = (label: string, type: string, paid: boolean) => (
    <button type="button" disabled={tell.isPending} onClick={() => tell.mutate({ type, paid })}>
      {label}
    </button>
  );
  const cents = pay === 'full' ? proposal.remaining_cents : proposal.due_cents;
  const amount = formatMoney(cents, proposal.currency);

  return (
    <section className="simulation" aria-labelledby="simulation">
      <h2 id="simulation">Simulated payment</h2>
      <p>This stands in for Stripe. No money moves here.</p>
      {proposal.pending_cents > 0 ? (
        <>
          {button('The bank pays', 'checkout.session.async_payment_succeeded', true)}
          {button('The bank declines', 'checkout.session.async_payment_failed', false)}
        </>
      ) : (
        <>
          {button(`Pay ${amount}`, 'checkout.session.completed', true)}
          <button type="button" onClick={() => setDeclined(true)}>
            Pay with a card that is declined
          </button>
          {button('Pay later, by bank debit', 'checkout.session.completed', false)}
          <a href={`/proposal/${proposal.id}?cancelled=true`}>Cancel and go back</a>
        </>
      )}
      {isDeclined && (
        <Notice kind="bad" title="Your card was declined">
          <p>Nothing was charged. Please try another card.</p>
        </Notice>
      )}
      {tell.isError && <Notice kind="bad" title="The simulation failed" />}
    </section>
  );
}

/** The session that the customer came back from, or else the one that is open: a second click gets that of the first. */
async function findSession(api: Api, { id }: Proposal, sessionId: string | null, pay: 'due' | 'full') {
  if (sessionId !== null) {
    const param = { session_id: sessionId };
    const { amount_cents: cents } = await answerOf(api.payments.sessions[':session_id'].$get({ param }));
    return { id: sessionId, cents };
  }
  const query = { proposal_id: String(id), pay };
  const made = await answerOf(api.payments.checkout_session.$post({ query }));
  return { id: made.session_id, cents: made.amount_cents };
}

async function post(
  { id: proposalId, org_id, currency }: Proposal,
  { id, cents, type, paid }: { id: string; cents: number; type: string; paid: boolean },
): Promise<void> {
  const session = {
    id,
    amount_total: cents,
    currency,
    payment_status: paid ? 'paid' : 'unpaid',
    payment_intent: `pi_${id}`,
    metadata: { proposal_id: String(proposalId), org_id: String(org_id) },
  };
  const response = await fetch('/payments/webhook', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, data: { object: session } }),
  });
  await response.arrayBuffer(); // or the connection stays in use: a browser reads no-store only as far as it is asked
  if (!response.ok) throw new Error('The webhook did not take it.');
}
