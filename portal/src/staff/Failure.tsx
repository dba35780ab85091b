import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { listWrongFields, wordsOf } from './problem-words.ts';
import { useStaff } from './staff-context.ts';

/** Says why something did not load or was not done, which fields are wrong, and offers to try again. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { me } = useStaff();
  const fields = listWrongFields(error, me.currency);
  return (
    <Notice kind="bad" title={wordsOf(error)}>
      {fields.length > 0 && (
        <ul>
          {fields.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      {onRetry && (
        <p>
          <Button onClick={onRetry}>{texts.failure.tryAgain}</Button>
        </p>
      )}
    </Notice>
  );
}
