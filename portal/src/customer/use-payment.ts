import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Api, answerOf, Problem, type Proposal } from '../api.ts';
import { keepSession } from '../tokens.ts';
import { useRefresh } from './use-proposal.ts';

/** A customer who is still here after this long is not going to Stripe: they stopped, or it does not answer. */
const leavingMs = 5_000;

/**
 * Approves the version on the screen, if it is not approved yet, and goes to the page where it is paid. It is
 * safe to do twice: the API hands out one session, and refuses to approve a version that has changed.
 */
export function usePayment(api: Api, proposal: Proposal) {
  const refresh = useRefresh(String(proposal.id));
  const payment = useMutation({
    mutationFn: async ({ name, pay }: { name: string; version: number; pay: 'due' | 'full' }) => {
      if (proposal.approved_by === null) await approve(api, proposal, name);
      const expected = pay === 'full' ? proposal.remaining_cents : proposal.due_cents;
      if (expected === 0) return null;
      const query = { proposal_id: String(proposal.id), pay };
      const checkout = await answerOf(api.payments.checkout_session.$post({ query }));
      // The customer is charged what the button says, or has to look again.
      if (checkout.amount_cents !== expected) throw new AmountChanged();
      keepSession(String(proposal.id), checkout.session_id); // Stripe does not name it to who cancels
      return checkout.checkout_url;
    },
    onSuccess: (url) => (url === null ? refresh() : location.assign(url)),
    onError: () => refresh(),
  });
  const { reset, isSuccess } = payment;
  useEffect(() => {
    if (!isSuccess) return;
    const timer = setTimeout(reset, leavingMs);
    return () => clearTimeout(timer);
  }, [isSuccess, reset]);
  useEffect(() => {
    // After the browser's back button the page is as the customer left it: waiting to leave.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      reset();
      void refresh();
    };
    addEventListener('pageshow', onShow);
    return () => removeEventListener('pageshow', onShow);
  });
  const isOfThisVersion = payment.variables?.version === proposal.version;
  return {
    pay: (name: string, pay: 'due' | 'full') => payment.mutate({ name, version: proposal.version, pay }),
    isBusy: payment.isPending || isSuccess,
    error: isOfThisVersion ? payment.error : null,
  };
}

/** The open session is for another amount than the one on the screen. */
export class AmountChanged extends Error {
  override readonly name = 'AmountChanged';
}

async function approve(api: Api, { id, version }: Proposal, name: string): Promise<void> {
  try {
    const param = { proposal_id: String(id) };
    await answerOf(api.proposals[':proposal_id'].approve.$post({ param, json: { name, version } }));
  } catch (error) {
    // Approved by this customer in another tab, or by staff on the phone: either way it is this version.
    if (!(error instanceof Problem && error.code === 'already_approved')) throw error;
  }
}
