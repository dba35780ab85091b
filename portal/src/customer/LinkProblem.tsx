import { useMutation } from '@tanstack/react-query';
import { answerOf, apiAs, Problem } from '../api.ts';
import { linkToken, orgOf } from '../tokens.ts';
import { Message } from '../ui/Message.tsx';

/** For a visitor without a link, in another tab than the one in which they opened it, or whose mail program cut it off. */
export function NoLink({ id }: { id: string }) {
  return (
    <Message title="Please open your link again">
      <p>
        This page shows a proposal to those who were sent its link. Open it once more from the message you
        got. Some mail programs cut links off: copy all of it.
      </p>
      <p>Did you just pay? The link will show it.</p>
      <NewLink id={id} />
    </Message>
  );
}

/** Has a new link mailed to the address that the sender has. Those who ask learn nothing else. */
function NewLink({ id }: { id: string }) {
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () =>
      answerOf(apiAs(null).proposals[':proposal_id'].links.request.$post({ param: { proposal_id: id } })),
  });
  if (isSuccess)
    return (
      <p role="status">
        If the sender mails from here and has your address, a new link is on its way. It may take a minute.
        Look among unwanted mail, too; or ask the sender.
      </p>
    );
  return (
    <p>
      <button type="button" className="primary" onClick={() => mutate()} disabled={isPending}>
        {isPending ? 'Asking…' : 'Send me a new link'}
      </button>
      {error && (
        <span role="alert">
          {' '}
          {error instanceof Problem && error.code === 'rate_limited'
            ? 'There were too many requests. Please try again in a minute.'
            : 'That did not work. Please try again in a moment.'}
        </span>
      )}
    </p>
  );
}

/** Why a link does not open its proposal, and what to do about it. */
export function LinkProblem({
  id,
  error,
  onRetry,
  isBusy,
}: {
  id: string;
  error: Error;
  onRetry: () => void;
  isBusy: boolean;
}) {
  const code = error instanceof Problem ? error.code : 'unreachable';
  switch (code) {
    case 'token_expired':
      return (
        <Message title="Please ask for a new link">
          <p>{`This link has expired. Ask ${orgOf(linkToken(id)) ?? 'the sender'} for a new one.`}</p>
          <NewLink id={id} />
        </Message>
      );
    case 'token_invalid':
    case 'forbidden':
    case 'proposal_not_found':
    case 'invalid_proposal_id':
      return (
        <Message title="This link does not open a proposal">
          <p>It may be incomplete, or it was withdrawn. Ask the sender for a new one.</p>
          <NewLink id={id} />
        </Message>
      );
    default:
      return (
        <Message title="We cannot show your proposal right now">
          <p>Nothing is lost. Please check your connection, or try again in a moment.</p>
          <p>
            <button type="button" className="primary" onClick={onRetry} disabled={isBusy}>
              {isBusy ? 'Trying…' : 'Try again'}
            </button>
          </p>
        </Message>
      );
  }
}
