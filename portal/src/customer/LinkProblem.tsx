import { useMutation } from '@tanstack/react-query';
import { answerOf, apiAs, Problem } from '../api.ts';
import { texts } from '../texts/customer.ts';
import { linkToken, orgOf } from '../tokens.ts';
import { Button } from '../ui/Button.tsx';
import { Message } from '../ui/Message.tsx';

/** For a visitor without a link, in another tab than the one in which they opened it, or whose mail program cut it off. */
export function NoLink({ id }: { id: string }) {
  return (
    <Message title={texts.linkProblem.pleaseOpenYourLinkAgain}>
      <p>{texts.linkProblem.thisPageShowsAProposal}</p>
      <p>{texts.linkProblem.didYouJustPay}</p>
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
  if (isSuccess) return <p role="status">{texts.linkProblem.ifTheSenderMailsFromHere}</p>;
  return (
    <p>
      <Button kind="primary" onClick={() => mutate()} busy={isPending && texts.linkProblem.asking}>
        {texts.linkProblem.sendMeANewLink}
      </Button>
      {error && (
        <span role="alert">
          {' '}
          {error instanceof Problem && error.code === 'rate_limited'
            ? texts.linkProblem.thereWereTooManyRequests
            : texts.linkProblem.thatDidNotWork}
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
        <Message title={texts.linkProblem.pleaseAskForANewLink}>
          <p>{texts.linkProblem.thisLinkHasExpired(orgOf(linkToken(id)) ?? texts.linkProblem.theSender)}</p>
          <NewLink id={id} />
        </Message>
      );
    case 'token_invalid':
    case 'forbidden':
    case 'proposal_not_found':
    case 'invalid_proposal_id':
      return (
        <Message title={texts.linkProblem.thisLinkDoesNotOpen}>
          <p>{texts.linkProblem.itMayBeIncomplete}</p>
          <NewLink id={id} />
        </Message>
      );
    default:
      return (
        <Message title={texts.linkProblem.cannotShowItNow}>
          <p>{texts.linkProblem.nothingIsLost}</p>
          <p>
            <Button kind="primary" onClick={onRetry} busy={isBusy && texts.linkProblem.trying}>
              {texts.linkProblem.tryAgain}
            </Button>
          </p>
        </Message>
      );
  }
}
