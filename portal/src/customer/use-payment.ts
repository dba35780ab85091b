import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Api, answerOf, Problem, type Proposal } from '../api.ts';
import { useRefresh } from './use-proposal.ts';

/** They say that somebody was here first, perhaps this very customer: the proposal as it is now says it better. */
const overtaken: Problem['code'][] = ['already_paid', 'payment_pending', 'version_conflict', 'proposal_void'];

/**
 * Approves what is on the screen, if it is not approved yet, and goes to the page where the deposit is paid. Safe to do
 * twice: the API hands out one session, and refuses an approval of what has changed.
 */
export function usePayment(api: Api, proposal: Proposal) {
  const refresh = useRefresh(String(proposal.id));
  const payment = useMutation({
    mutationFn: async (name: string) => {
      if (proposal.approved_by === null) await approve(api, proposal, name);
      const query = { proposal_id: String(proposal.id) };
      return answerOf(api.payments.checkout_session.$post({ query }));
    },
    onSuccess: ({ checkout_url: url }) => location.assign(url),
    onError: () => refresh(),
  });
  const { reset, error } = payment;
  useEffect(() => {
    // Back by the browser's button, the page is as it was left: waiting to leave.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      reset();
      void refresh();
    };
    addEventListener('pageshow', onShow);
    return () => removeEventListener('pageshow', onShow);
  });
  const isOvertaken = error instanceof Problem && overtaken.includes(error.code);
  return { ...payment, error: isOvertaken ? null : error, isBusy: payment.isPending || payment.isSuccess };
}

async function approve(api: Api, { id, version }: Proposal, name: string): Promise<void> {
  try {
    const param = { proposal_id: String(id) };
    await answerOf(api.proposals[':proposal_id'].approve.$post({ param, json: { name, version } }));
  } catch (error) {
    // By this customer in another tab, or by staff on the phone: it is this very version either way.
    if (!(error instanceof Problem && error.code === 'already_approved')) throw error;
  }
}
