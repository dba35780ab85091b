import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { type AuditEntry, answerOf } from '../api.ts';
import { numberFormat } from '../formats.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { EmptyState } from './EmptyState.tsx';
import { Failure } from './Failure.tsx';
import { ShowMore } from './ShowMore.tsx';
import { useStaff, useTitle } from './staff-context.ts';

const words = texts.auditPage;

type Action = AuditEntry['action'];

/** What people did beside proposals: filtered by the query in the address. */
export function AuditPage() {
  useTitle(words.title);
  const { api } = useStaff();
  const [query, setQuery] = useSearchParams();
  const [action, person] = [query.get('action') ?? '', query.get('user_id') ?? ''];
  const { data: team } = useQuery({ queryKey: ['team'], queryFn: () => answerOf(api.team.$get()) });
  const list = useInfiniteQuery({
    queryKey: ['audit', action, person],
    queryFn: ({ pageParam: cursor }) =>
      answerOf(
        api.audit.$get({
          query: {
            // Sound: the API refuses any other, and the page says so.
            ...(action ? { action: action as Action } : {}),
            ...(person ? { user_id: person } : {}),
            ...(cursor ? { cursor } : {}),
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const set = (name: string, value: string) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const entries = list.data?.pages.flatMap((page) => page.data);
  return (
    <>
      <h1>{words.title}</h1>
      <search className="filters">
        <label>
          {words.what}
          <select value={action} onChange={({ target }) => set('action', target.value)}>
            <option value="">{words.everything}</option>
            {Object.entries(words.actions).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.who}
          <select value={person} onChange={({ target }) => set('user_id', target.value)}>
            <option value="">{words.everybody}</option>
            {team?.members.map(({ user_id: id, email, name }) => (
              <option key={id} value={id}>
                {name ?? email}
              </option>
            ))}
          </select>
        </label>
      </search>
      {!entries && list.error ? (
        <Failure error={list.error} onRetry={() => list.refetch()} />
      ) : !entries ? (
        <Spinner label={words.loading} />
      ) : entries.length === 0 ? (
        <EmptyState title={words.nothing} />
      ) : (
        <Entries entries={entries} />
      )}
      <ShowMore list={list} />
    </>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <table className="list">
      <caption className="hidden">{words.title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.what}</th>
          <th scope="col">{words.who}</th>
          <th scope="col">{words.about}</th>
          <th scope="col">{words.from}</th>
          <th scope="col">{words.when}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ id, action, user_id: userId, email, about, ip, count, created_at: at }) => (
          <tr key={id}>
            <td>
              {count === null ? words.actions[action] : words.failedTimes(numberFormat().format(count))}
            </td>
            <td>{email ?? words.formerUser(String(userId))}</td>
            <td dir="auto" data-label={words.about}>
              {about === 'program' ? words.program : (about ?? '–')}
            </td>
            <td data-label={words.from}>{ip ?? '–'}</td>
            <td className="quiet">{formatTime(at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
