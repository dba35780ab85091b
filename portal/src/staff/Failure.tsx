import { Problem } from '../api.ts';
import { Notice } from '../ui/Notice.tsx';

/** Says why something did not load or was not done, and offers to try again. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const isKnown = error instanceof Problem && error.code !== 'unreachable';
  return (
    <Notice kind="bad" title={isKnown ? error.message : 'We cannot be reached right now.'}>
      {onRetry && (
        <p>
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        </p>
      )}
    </Notice>
  );
}
