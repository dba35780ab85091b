import { Problem } from '../api.ts';
import { Message } from '../ui/Message.tsx';

/** For a visitor without a link, or in another tab than the one in which they opened it. */
export function NoLink() {
  return (
    <Message title="Please open your link again">
      <p>
        This page shows a proposal to whoever was sent its link. Open it once more from the message you got.
      </p>
      <p>Did you just pay? The link will show it.</p>
    </Message>
  );
}

/** Why a link does not open its proposal, and what to do about it. */
export function LinkProblem({
  error,
  onRetry,
  isBusy,
}: {
  error: Error;
  onRetry: () => void;
  isBusy: boolean;
}) {
  const code = error instanceof Problem ? error.code : 'unreachable';
  switch (code) {
    case 'token_expired':
      return (
        <Message title="Please ask for a new link">
          <p>{error.message}</p>
        </Message>
      );
    case 'token_invalid':
    case 'forbidden':
    case 'proposal_not_found':
    case 'invalid_proposal_id':
      return (
        <Message title="This link does not open a proposal">
          <p>It may be incomplete, or it was withdrawn. Ask whoever sent it to you for a new one.</p>
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
