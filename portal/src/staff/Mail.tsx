import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, type Entry } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Allowed } from './Allowed.tsx';
import { canBeSentAgain, describeOwed, isLater, isUndelivered } from './describe-owed.ts';
import { wordsOf } from './problem-words.ts';
import { useStaff } from './staff-context.ts';

/** A mail that an entry owes: what became of it and when, and a way to send it again. */
export function Mail({
  proposalId,
  mail,
  isOutdated,
}: {
  proposalId: number;
  mail: Entry['owed'][number];
  /** Whether it is of a version that has been replaced. */
  isOutdated: boolean;
}) {
  // Until a courier has looked at it, it has no day of its own.
  const hasDay = mail.state === 'queued' && isLater(mail.kind) && Date.parse(mail.due_at) > Date.now();
  const when = mail.ended_at ?? (hasDay ? mail.due_at : null);
  return (
    <span className={isUndelivered(mail) ? 'undelivered' : 'quiet'}>
      {describeOwed(mail)}
      {when && (
        <>
          {mail.ended_at ? ', ' : ' for '}
          <time dateTime={when}>{formatTime(when)}</time>
        </>
      )}
      {!isOutdated && canBeSentAgain(mail) && (
        <Allowed to="proposals:write">
          <SendAgain proposalId={proposalId} mailId={mail.id} />
        </Allowed>
      )}
    </span>
  );
}

export function SendAgain({ proposalId, mailId }: { proposalId: number; mailId: string }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () =>
      answerOf(
        api.proposals[':proposal_id'].mails[':mail_id'].send_again.$post({
          param: { proposal_id: String(proposalId), mail_id: mailId },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['activity', proposalId] }),
        queries.invalidateQueries({ queryKey: ['attention'] }),
      ]),
  });
  return (
    <>
      {' '}
      <Button kind="link" onClick={() => mutate()} disabled={isPending || isSuccess}>
        {isPending ? texts.mail.sending : isSuccess ? texts.mail.sentAgain : texts.mail.sendAgain}
      </Button>
      {error && <span role="alert">{texts.mail.itWasNotSent(wordsOf(error))}</span>}
    </>
  );
}
