import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, type Proposal } from '../api.ts';
import { formatDate } from '../time.ts';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';

const whyNoMail = {
  on: '',
  off: 'Mail is off: send the link yourself.',
  not_configured: 'Nothing is mailed, since no mail vendor is set up: send the link yourself.',
};

/** Mails the link, where mail is on, or copies it for staff to send. */
export function SendLink({ proposal }: { proposal: Proposal }) {
  const { api, me } = useStaff();
  const queries = useQueryClient();
  const [isCopied, setCopied] = useState(false);
  const send = useMutation({
    mutationFn: (mail: boolean) =>
      answerOf(
        api.proposals[':proposal_id'].send.$post({
          param: { proposal_id: String(proposal.id) },
          json: { mail },
        }),
      ),
    onSuccess: async ({ portal_url: url, mailed }) => {
      void queries.invalidateQueries();
      if (!mailed) await copy(url);
    },
  });
  async function copy(url: string) {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      setCopied(false); // the page is not in front, or not served securely: staff can copy the link by hand
    }
  }
  const link = send.data;
  const isMailOn = me.mail === 'on';
  return (
    <div className="send">
      <div className="actions">
        {isMailOn && (
          <button
            type="button"
            className="primary"
            onClick={() => send.mutate(true)}
            disabled={send.isPending}
          >
            {send.isPending && send.variables ? 'Sending…' : 'Mail to the customer'}
          </button>
        )}
        <button
          type="button"
          className={isMailOn ? undefined : 'primary'}
          onClick={() => send.mutate(false)}
          disabled={send.isPending}
        >
          {send.isPending && !send.variables ? 'Making a link…' : 'Copy link for the customer'}
        </button>
      </div>
      {!isMailOn && !link && <p className="quiet">{whyNoMail[me.mail]}</p>}
      {link && (
        <div role="status" className="quiet">
          <p>
            {link.mailed
              ? `It is mailed to ${proposal.customer_email}, once an hour at most: see what happened, below. This is the link.`
              : isCopied
                ? 'Copied.'
                : 'Copy this link.'}
          </p>
          <p>{`It opens the proposal without an account. If nothing happens there, it ends on ${formatDate(link.expires_at)}.`}</p>
          <input
            readOnly
            aria-label="Link for the customer"
            value={link.portal_url}
            onFocus={({ target }) => target.select()}
          />
        </div>
      )}
      {send.error && <Failure error={send.error} />}
    </div>
  );
}
