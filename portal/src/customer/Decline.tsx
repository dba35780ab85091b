import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { declineReasons } from '../../../src/domain/entry.ts';
import { type Api, answerOf, type Proposal } from '../api.ts';
import { Notice } from '../ui/Notice.tsx';
import { useRefresh } from './use-proposal.ts';

type Reason = (typeof declineReasons)[number];

const reasonWords: Record<Reason, string> = {
  price: 'It costs too much',
  timing: 'The timing does not suit me',
  scope: 'It is not what I wanted',
  other_supplier: 'I chose somebody else',
  other: 'Another reason',
};

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
      <summary>Not for you? Decline it</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason && !decline.isPending) decline.mutate(reason);
        }}
      >
        <fieldset>
          <legend>Why?</legend>
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
          Anything you would like to add (optional)
          <textarea
            rows={3}
            maxLength={2000}
            value={comment}
            onChange={({ target }) => setComment(target.value)}
          />
        </label>
        {decline.isError && (
          <Notice kind="bad" title="That did not work">
            <p>Please try again in a moment.</p>
          </Notice>
        )}
        <button type="submit" className="danger" aria-disabled={decline.isPending}>
          {decline.isPending ? 'One moment…' : 'Decline this proposal'}
        </button>
      </form>
    </details>
  );
}
