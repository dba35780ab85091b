import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { answerOf, type ListQuery, type ProposalSummary } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDate } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { useListQuery } from './list-query.ts';
import { ShowMore } from './ShowMore.tsx';
import { Status, statusWords } from './Status.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useSettled } from './use-settled.ts';

type Filters = Pick<ListQuery, 'status' | 'q' | 'sort' | 'from' | 'to'>;

/** The org's proposals, searched, limited and sorted by the query in the address. */
export function ProposalListPage() {
  useTitle('Proposals');
  const { get, set, isEmpty } = useListQuery();
  const [status, q, sort, from, to] = ['status', 'q', 'sort', 'from', 'to'].map(get);
  const settled = useSettled(q ?? '');
  // Sound: the API refuses any other value, and the page says so.
  const filters = { status, sort, from, to, q: settled.trim() } as Filters;
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
          Search title, name, email or #number
          <input
            type="search"
            id="search"
            value={q}
            maxLength={200}
            onChange={({ target }) => set({ q: target.value })}
          />
        </label>
        <label>
          Status
          <select value={status} onChange={({ target }) => set({ status: target.value })}>
            <option value="">All</option>
            {Object.entries(statusWords).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          Created from
          <input type="date" value={from} max={to} onChange={({ target }) => set({ from: target.value })} />
        </label>
        <label>
          to
          <input type="date" value={to} min={from} onChange={({ target }) => set({ to: target.value })} />
        </label>
        {!isEmpty && (
          <button type="button" onClick={() => set({ q: '', status: '', sort: '', from: '', to: '' })}>
            Clear
          </button>
        )}
      </search>
      <Results filters={filters} sort={sort ?? ''} onSort={(next) => set({ sort: next })} />
    </>
  );
}

/** Nothing of it is to be paid any more. */
function isOver({ status, expired }: ProposalSummary): boolean {
  return status === 'void' || status === 'declined' || expired;
}

function Results({
  filters,
  sort,
  onSort,
}: {
  filters: Filters;
  sort: string;
  onSort: (sort: string) => void;
}) {
  const { api } = useStaff();
  const { status, q, from, to } = filters;
  const isFiltered = Boolean(status || q || from || to);
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
  const list = useInfiniteQuery({
    queryKey: ['proposals', given],
    queryFn: ({ pageParam }) =>
      answerOf(api.proposals.$get({ query: { ...given, ...(pageParam ? { cursor: pageParam } : {}) } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const { data, error, refetch, isPlaceholderData } = list;
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Loading proposals…" />;
  const proposals = data.pages.flatMap((page) => page.data);
  if (proposals.length === 0) {
    if (isFiltered) return <p className="empty">No proposal matches.</p>;
    return (
      <div className="empty">
        <p>There are no proposals yet.</p>
        <p className="quiet">
          Write one, send its link to your customer, and see here when they open it, approve it and pay.
        </p>
        <Link href="/staff/proposals/new" className="button primary">
          Make the first one
        </Link>
      </div>
    );
  }
  const column = (key: SortKey, children: ReactNode, className?: string) => (
    <SortableColumn sortKey={key} sort={sort} onSort={onSort} {...(className ? { className } : {})}>
      {children}
    </SortableColumn>
  );
  return (
    <>
      <table className="list" aria-busy={isPlaceholderData}>
        <caption className="hidden">Proposals</caption>
        <thead>
          <tr>
            {column('title', 'Proposal')}
            {column('customer_name', 'Customer')}
            <th scope="col">Status</th>
            {column('total_cents', 'Total', 'number')}
            <th scope="col" className="number">
              Remains
            </th>
            {column('created_at', 'Created')}
          </tr>
        </thead>
        <tbody>
          {proposals.map((proposal) => (
            <tr key={proposal.id}>
              <td>
                <Link href={`/staff/proposals/${proposal.id}`} className="row-link">
                  <bdi>{proposal.title}</bdi>
                </Link>{' '}
                <span className="quiet">#{proposal.id}</span>
              </td>
              <td dir="auto">{proposal.customer_name}</td>
              <td>
                <Status status={proposal.status} expired={proposal.expired} />
              </td>
              <td className="number" data-label="Total">
                {formatMoney(proposal.total_cents, proposal.currency)}
              </td>
              <td className="number" data-label="Remains">
                {isOver(proposal) ? '–' : formatMoney(proposal.remaining_cents, proposal.currency)}
              </td>
              <td className="quiet">{formatDate(proposal.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ShowMore list={list} />
    </>
  );
}

type SortKey = 'title' | 'customer_name' | 'total_cents' | 'created_at';

/** What a first click sorts by: texts from A, amounts and dates from the largest. */
const firstOrder: Readonly<Record<SortKey, string>> = {
  title: 'title',
  customer_name: 'customer_name',
  total_cents: '-total_cents',
  created_at: '-created_at',
};

const defaultSort = '-created_at';

function SortableColumn({
  sortKey,
  sort,
  onSort,
  className,
  children,
}: {
  sortKey: SortKey;
  sort: string;
  onSort: (sort: string) => void;
  className?: string;
  children: ReactNode;
}) {
  const current = sort || defaultSort;
  const isSorted = current.replace('-', '') === sortKey;
  const reversed = current.startsWith('-') ? sortKey : `-${sortKey}`;
  const next = isSorted ? reversed : firstOrder[sortKey];
  const direction = current.startsWith('-') ? 'descending' : 'ascending';
  return (
    <th scope="col" className={className} {...(isSorted ? { 'aria-sort': direction } : {})}>
      <button type="button" className="sort" onClick={() => onSort(next === defaultSort ? '' : next)}>
        {children}
        <span aria-hidden="true">{isSorted ? (direction === 'descending' ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
