import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue } from 'react';
import { Link } from 'wouter';
import { answerOf, type ListQuery, type ProposalSummary } from '../api.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatDate } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Allowed } from './Allowed.tsx';
import { EmptyState } from './EmptyState.tsx';
import { Failure } from './Failure.tsx';
import { FirstSteps } from './FirstSteps.tsx';
import { useListQuery } from './list-query.ts';
import { ShowMore } from './ShowMore.tsx';
import { Status, statusWords } from './Status.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useSettled } from './use-settled.ts';

type Filters = Pick<ListQuery, 'status' | 'q' | 'sort' | 'from' | 'to'>;

/** The org's proposals, searched, limited and sorted by the query in the address. */
export function ProposalListPage() {
  useTitle(texts.proposalListPage.proposals);
  const { get, set, isEmpty } = useListQuery();
  const [status, q, sort, from, to] = ['status', 'q', 'sort', 'from', 'to'].map(get);
  const settled = useSettled(q ?? '');
  // Sound: the API refuses any other value, and the page says so.
  const filters = { status, sort, from, to, q: settled.trim() } as Filters;
  return (
    <>
      <div className="title">
        <h1>{texts.proposalListPage.proposals}</h1>
        <Allowed to="proposals:write">
          <Link href="/staff/proposals/new" className="button primary">
            {texts.proposalListPage.newProposal}
          </Link>
        </Allowed>
      </div>
      <FirstSteps />
      <search className="filters">
        <label>
          {texts.proposalListPage.searchHint}
          <input
            type="search"
            id="search"
            value={q}
            maxLength={200}
            onChange={({ target }) => set({ q: target.value })}
          />
        </label>
        <label>
          {texts.proposalListPage.status}
          <select value={status} onChange={({ target }) => set({ status: target.value })}>
            <option value="">{texts.proposalListPage.all}</option>
            {Object.entries(statusWords).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <span className="range">
          <label>
            {texts.proposalListPage.createdFrom}
            <input type="date" value={from} max={to} onChange={({ target }) => set({ from: target.value })} />
          </label>
          <label>
            {texts.proposalListPage.to}
            <input type="date" value={to} min={from} onChange={({ target }) => set({ to: target.value })} />
          </label>
        </span>
        {!isEmpty && (
          <Button onClick={() => set({ q: '', status: '', sort: '', from: '', to: '' })}>
            {texts.proposalListPage.clear}
          </Button>
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
  const { data: fetched, error, refetch, isPlaceholderData } = list;
  const data = useDeferredValue(fetched); // many rows, drawn in slices
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label={texts.proposalListPage.loadingProposals} />;
  const proposals = data.pages.flatMap((page) => page.data);
  if (proposals.length === 0) {
    if (isFiltered) return <EmptyState title={texts.proposalListPage.noProposalMatches} />;
    return (
      <EmptyState
        title={texts.proposalListPage.thereAreNoProposalsYet}
        hint={texts.proposalListPage.emptyHint}
      >
        <Link href="/staff/proposals/new" className="button primary">
          {texts.proposalListPage.makeTheFirstOne}
        </Link>
      </EmptyState>
    );
  }
  const column = (key: SortKey, children: ReactNode, className?: string) => (
    <SortableColumn sortKey={key} sort={sort} onSort={onSort} {...(className ? { className } : {})}>
      {children}
    </SortableColumn>
  );
  return (
    <>
      <table className="list proposals" aria-busy={isPlaceholderData}>
        <caption className="hidden">{texts.proposalListPage.proposals}</caption>
        <thead>
          <tr>
            {column('title', texts.proposalListPage.proposal)}
            {column('customer_name', texts.proposalListPage.customer)}
            <th scope="col">{texts.proposalListPage.status}</th>
            {column('total_cents', texts.proposalListPage.total, 'number')}
            <th scope="col" className="number">
              {texts.proposalListPage.remains}
            </th>
            {column('created_at', texts.proposalListPage.created)}
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
              <td className="number" data-label={texts.proposalListPage.total}>
                {formatMoney(proposal.total_cents, proposal.currency)}
              </td>
              <td className="number" data-label={texts.proposalListPage.remains}>
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
