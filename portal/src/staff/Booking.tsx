import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Attention, answerOf, type Entry } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Allowed } from './Allowed.tsx';
import { wordsOf } from './problem-words.ts';
import { useStaff } from './staff-context.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';

const words = texts.booking;

const blockedWords: Record<Attention['bookings'][number]['reason'], string> = words.blocked;

/** Why a booking waits, and what to do about it. */
export function describeBlock(reason: string | null): string {
  return (blockedWords as Record<string, string>)[reason ?? ''] ?? words.blocked.refused;
}

type State = Exclude<NonNullable<Entry['booking']>['state'], 'sent'>;

function describe({
  state,
  reason,
  isOver,
}: {
  state: State;
  reason: string | null;
  isOver: boolean;
}): string {
  if (state === 'blocked') return describeBlock(reason);
  if (isOver && reason === 'no_answer') return words.perhapsBooked;
  return reason && !isOver ? words.waits : words.states[state];
}

/** What became of what the books are to learn of an entry, and a way to try it again. */
export function Booking({
  proposalId,
  booking,
}: {
  proposalId: number;
  booking: NonNullable<Entry['booking']>;
}) {
  const { id, state, reason, ended_at: endedAt } = booking;
  if (state === 'sent') return null; // an entry of its own says so
  const isWaiting = state === 'blocked' || (state === 'queued' && reason !== null);
  return (
    <span className={state === 'blocked' ? 'undelivered' : 'quiet'}>
      {describe({ state, reason, isOver: endedAt !== null })}
      {endedAt && (
        <>
          {', '}
          <time dateTime={endedAt}>{formatTime(endedAt)}</time>
        </>
      )}
      {isWaiting && (
        <Allowed to="payments:write">
          <TryAgain proposalId={proposalId} bookingId={id} />
        </Allowed>
      )}
    </span>
  );
}

export function TryAgain({ proposalId, bookingId }: { proposalId: number; bookingId: string }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const run = useOneAtATime(() =>
    answerOf(
      api.proposals[':proposal_id'].bookings[':booking_id'].try_again.$post({
        param: { proposal_id: String(proposalId), booking_id: bookingId },
      }),
    ),
  );
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: run,
    // A courier begins within a second or two, and takes some.
    onSuccess: () => {
      for (const ms of [3_000, 10_000]) {
        setTimeout(() => {
          void queries.invalidateQueries({ queryKey: ['activity', proposalId] });
          void queries.invalidateQueries({ queryKey: ['attention'] });
        }, ms);
      }
    },
  });
  return (
    <>
      {' '}
      <Button kind="link" onClick={() => mutate()} disabled={isPending || isSuccess}>
        {isPending ? words.asking : isSuccess ? words.asked : words.tryAgain}
      </Button>
      {error && <span role="alert">{wordsOf(error)}</span>}
    </>
  );
}
