import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { answerOf, type ProposalSummary } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDate } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { Status, statusWords } from './Status.tsx';
import { useStaff, useTitle } from './staff-context.ts';

/** The org's proposals, filtered by the query in the address. */
export function ProposalListPage() {
  useTitle('Proposals');
  const [query, setQuery] = useSearchParams();
  const [status, text] = [query.get('status') ?? '', query.get('q') ?? ''];
  function filter(name: string, value: string) {
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  }
  return (
    <>
      <div className="title">
        <h1>Proposals</h1>
        <Link href="/staff/proposals/new" className="button primary">
          New proposal
        </Link>
      </div>
      <search className="filters">
        <label>
          Search
          <input
            type="search"
            value={text}
            maxLength={200}
            placeholder="Title, name or email"
            onChange={({ target }) => filter('q', target.value)}
          />
        </label>
        <label>
          Status
          <select value={status} onChange={({ target }) => filter('status', target.value)}>
            <option value="">All</option>
            {Object.entries(statusWords).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </search>
      <Results status={status} text={useSettled(text)} />
    </>
  );
}

/** Nothing of it is to be paid any more. */
function isOver({ status, expired }: ProposalSummary): boolean {
  return status === 'void' || status === 'declined' || expired;
}

/** The value once it has not changed for a quarter of a second, so that not every letter is a request. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Results({ status, text }: { status: string; text: string }) {
  const { api } = useStaff();
  const q = /[\p{L}\p{N}]/u.test(text) ? text : ''; // the API requires a letter or a digit
  const isFiltered = status !== '' || q !== '';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } =
    useInfiniteQuery({
      queryKey: ['proposals', status, q],
      queryFn: ({ pageParam }) =>
        answerOf(
          api.proposals.$get({
            query: {
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(status ? { status: status as ProposalSummary['status'] } : {}),
              ...(q ? { q } : {}),
            },
          }),
        ),
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next_cursor,
      placeholderData: keepPreviousData,
    });
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Loading proposals…" />;
  const proposals = data.pages.flatMap((page) => page.data);
  if (proposals.length === 0) {
    if (isFiltered) return <p className="empty">No proposal matches.</p>;
    return (
      <p className="empty">
        There are no proposals yet. <Link href="/staff/proposals/new">Make the first one.</Link>
      </p>
    );
  }
  return (
    <>
      <table className="list" aria-busy={isPlaceholderData}>
        <caption className="hidden">Proposals, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Proposal</th>
            <th scope="col">Customer</th>
            <th scope="col">Status</th>
            <th scope="col" className="number">
              Total
            </th>
            <th scope="col" className="number">
              Remains
            </th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          {proposals.map((proposal) => (
            <tr key={proposal.id}>
              <td>
                <Link href={`/staff/proposals/${proposal.id}`}>{proposal.title}</Link>{' '}
                <span className="quiet">#{proposal.id}</span>
              </td>
              <td>{proposal.customer_name}</td>
              <td>
                <Status status={proposal.status} expired={proposal.expired} />
              </td>
              <td className="number">{formatMoney(proposal.total_cents, proposal.currency)}</td>
              <td className="number">
                {isOver(proposal) ? '–' : formatMoney(proposal.remaining_cents, proposal.currency)}
              </td>
              <td className="quiet">{formatDate(proposal.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasNextPage && (
        <p>
          <button type="button" onClick={() => fetchNextPage()} disabled={isFetchingNextPage}>
            {isFetchingNextPage ? 'Loading…' : 'Show more'}
          </button>
        </p>
      )}
    </>
  );
}
