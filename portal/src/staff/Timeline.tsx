import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { answerOf, type Entry, type Proposal } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Booking } from './Booking.tsx';
import { describe, isWorrying } from './describe-entry.ts';
import { isOnItsWay, newsOf } from './describe-owed.ts';
import { Failure } from './Failure.tsx';
import { Mail } from './Mail.tsx';
import { useStaff } from './staff-context.ts';

const actorWords: Record<Entry['actor'], string> = texts.timeline.actorWords;

/** Often after something has changed, as by a click, and then less often: what waits may wait for hours. */
const pollMs = (age: number) => (age < 20_000 ? 3_000 : age < 5 * 60_000 ? 10_000 : 60_000);

const isWaiting = ({ owed, booking }: Entry) =>
  owed.some(isOnItsWay) || booking?.state === 'queued' || booking?.state === 'sending';

/** What happened to the proposal, newest first: its entries in the activity log, in words. */
export function Timeline({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const param = { proposal_id: String(proposal.id) };
  const changed = useRef<{ readonly data: unknown; readonly at: number }>({ data: undefined, at: 0 });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['activity', proposal.id],
    queryFn: ({ pageParam }) =>
      answerOf(
        api.proposals[':proposal_id'].activity.$get({
          param,
          query: pageParam ? { cursor: pageParam } : {},
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => {
      if (!state.data?.pages.some((page) => page.data.some(isWaiting))) return false;
      // The data stay the same object while they say the same.
      if (changed.current.data !== state.data) changed.current = { data: state.data, at: Date.now() };
      return pollMs(Date.now() - changed.current.at);
    },
  });
  const entries = data?.pages.flatMap((page) => page.data) ?? [];
  const isOver = proposal.status === 'void' || proposal.status === 'declined' || proposal.expired;
  const news = newsOf(entries, isOver);
  return (
    <section aria-labelledby="story">
      <h2 id="story">{texts.timeline.whatHappened}</h2>
      {!data && error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Spinner label={texts.timeline.readingTheLog} />
      ) : (
        <ol className="timeline">
          {entries.map((entry) => (
            <li key={entry.id} className={isWorrying(entry) ? 'worrying' : undefined}>
              <strong>{describe(entry, proposal.currency)}</strong>
              <span className="quiet">
                <time dateTime={entry.created_at}>{formatTime(entry.created_at)}</time>,{' '}
                {actorWords[entry.actor]}
              </span>
              {entry.comment && <q dir="auto">{entry.comment}</q>}
              {news.get(entry.id)?.map((mail) => (
                <Mail
                  key={mail.id}
                  proposalId={proposal.id}
                  mail={mail}
                  isOutdated={entry.event === 'sent' && entry.meta.version !== proposal.version}
                />
              ))}
              {entry.booking && <Booking proposalId={proposal.id} booking={entry.booking} />}
            </li>
          ))}
          {!hasNextPage && (
            <li>
              <strong>{texts.timeline.created}</strong>
              <span className="quiet">
                <time dateTime={proposal.created_at}>{formatTime(proposal.created_at)}</time>
                {texts.timeline.byStaff}
              </span>
            </li>
          )}
        </ol>
      )}
      {hasNextPage && (
        <Button onClick={() => fetchNextPage()} busy={isFetchingNextPage && texts.timeline.loading}>
          {texts.timeline.showEarlier}
        </Button>
      )}
    </section>
  );
}
