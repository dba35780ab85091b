import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { declineReasons } from '../../../src/domain/entry.ts';
import { type Api, answerOf, type Proposal } from '../api.ts';
import { texts } from '../texts/customer.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { useRefresh } from './use-proposal.ts';

type Reason = (typeof declineReasons)[number];

const reasonWords: Record<Reason, string> = texts.decline.reasonWords;

/** Lets the customer say no, and why. Closed until they open it. */
export function Decline({ api, proposal }: { api: Api; proposal: Proposal }) {
  const refresh = useRefresh(String(proposal.id));
  const [reason, setReason] = useState<Reason | null>(null);
  const [comment, setComment] = useState('');
  const decline = useMutation({
    mutationFn: (given: Reason) =>
      answerOf(
        api.proposals[':proposal_id'].decline.$post({
          param: { proposal_id: String(proposal.id) },
          json: { reason: given, ...(comment.trim() ? { comment: comment.trim() } : {}) },
        }),
      ),
    onSettled: () => refresh(),
  });
  return (
    <details className="decline">
      <summary>{texts.decline.notForYou}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason && !decline.isPending) decline.mutate(reason);
        }}
      >
        <fieldset>
          <legend>{texts.decline.why}</legend>
          {declineReasons.map((value) => (
            <label key={value}>
              <input
                type="radio"
                name="reason"
                required
                checked={reason === value}
                onChange={() => setReason(value)}
              />
              {reasonWords[value]}
            </label>
          ))}
        </fieldset>
        <label>
          {texts.decline.anythingYouWouldLikeToAdd}
          <textarea
            rows={3}
            maxLength={2000}
            value={comment}
            onChange={({ target }) => setComment(target.value)}
          />
        </label>
        {decline.isError && (
          <Notice kind="bad" title={texts.decline.thatDidNotWork}>
            <p>{texts.decline.pleaseTryAgainInAMoment}</p>
          </Notice>
        )}
        <Button type="submit" kind="danger" busy={decline.isPending && texts.decline.oneMoment}>
          {texts.decline.declineThisProposal}
        </Button>
      </form>
    </details>
  );
}
