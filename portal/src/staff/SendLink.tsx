import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, type Proposal } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatDate } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';

const whyNoMail = texts.sendLink.whyNoMail;

/** Mails the link, where mail is on, or copies it for staff to send. */
export function SendLink({ proposal, isNext }: { proposal: Proposal; isNext: boolean }) {
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
          <Button
            kind={isNext ? 'primary' : undefined}
            onClick={() => send.mutate(true)}
            busy={send.isPending && send.variables && texts.sendLink.sending}
          >
            {texts.sendLink.mailToTheCustomer}
          </Button>
        )}
        <Button
          kind={isNext && !isMailOn ? 'primary' : undefined}
          onClick={() => send.mutate(false)}
          busy={send.isPending && !send.variables && texts.sendLink.makingALink}
        >
          {texts.sendLink.copyLinkForTheCustomer}
        </Button>
      </div>
      {!isMailOn && !link && <p className="quiet">{whyNoMail[me.mail]}</p>}
      {link && (
        <div role="status" className="quiet">
          <p>
            {link.mailed
              ? texts.sendLink.mailed(proposal.customer_email)
              : isCopied
                ? texts.sendLink.copied
                : texts.sendLink.copyThisLink}
          </p>
          <p>{texts.sendLink.endsOn(formatDate(link.expires_at))}</p>
          <input
            readOnly
            aria-label={texts.sendLink.linkForTheCustomer}
            value={link.portal_url}
            onFocus={({ target }) => target.select()}
          />
        </div>
      )}
      {send.error && <Failure error={send.error} />}
    </div>
  );
}
