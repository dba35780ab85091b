import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { answerOf, type Books } from '../api.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatDay, formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { useMay } from './Allowed.tsx';
import { BooksForm } from './BooksForm.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';

const words = texts.booksPage;

const dayMs = 24 * 3_600_000;

/** The org's books at QuickBooks: connecting them, how they are kept, and how they stand. */
export function BooksPage() {
  useTitle(words.title);
  const { api } = useStaff();
  const [search] = useSearchParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['books'],
    queryFn: () => answerOf(api.quickbooks.$get()),
    refetchInterval: ({ state: { data } }) => (data && isMoving(data) ? 5_000 : false),
  });
  const problem = search.get('problem');
  return (
    <>
      <p>
        <Link href="/staff/settings">{texts.settingsPage.title}</Link>
      </p>
      <h1>{words.title}</h1>
      {problem && <Notice kind="bad" title={problemWords(problem)} />}
      {data ? (
        <Standing books={data} />
      ) : error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : (
        <Spinner label={words.loading} />
      )}
    </>
  );
}

/** Whether a courier is at work, or the sums are from before it was. */
function isMoving({ waiting, blocked, differences }: Books): boolean {
  return waiting > blocked || (waiting === 0 && differences.some(({ cents }) => cents !== 0));
}

function problemWords(problem: string): string {
  const known: Record<string, string> = { ...texts.problemWords.byCode, ...words.problems };
  return known[problem] ?? words.problems.denied;
}

function Standing({ books }: { books: Books }) {
  switch (books.state) {
    case 'not_configured':
      return <Notice title={words.notConfigured} />;
    case 'off':
    case 'disconnected':
      return (
        <section className="card account">
          <p>{words.what}</p>
          <Connect words={words.connect} />
        </section>
      );
    case 'choosing':
      return <Choosing books={books} />;
    case 'lost':
    case 'on':
      return <Kept books={books} />;
  }
}

/** Leaves for Intuit's page. */
function Connect({ words: label }: { words: string }) {
  const { api } = useStaff();
  const mayChange = useMay('org:write');
  const begin = useOneAtATime(() => answerOf(api.quickbooks.connect.$post()));
  const beginning = useMutation({
    mutationFn: begin,
    onSuccess: ({ url }) => location.assign(url),
  });
  if (!mayChange) return <p className="quiet">{words.onlyAdmins}</p>;
  return (
    <>
      {beginning.error && <Failure error={beginning.error} />}
      <Button
        kind="primary"
        onClick={() => beginning.mutate()}
        busy={(beginning.isPending || beginning.isSuccess) && words.leaving}
      >
        {label}
      </Button>
    </>
  );
}

function Choosing({ books }: { books: Books }) {
  const mayChange = useMay('org:write');
  if (!mayChange) return <Notice title={words.notConfirmed} />;
  return (
    <>
      <Notice title={words.chooseTitle(books.company ?? '')}>
        <p>{words.chooseHint}</p>
      </Notice>
      <BooksForm books={books} />
      <div className="actions">
        <Disconnect />
      </div>
    </>
  );
}

function Kept({ books }: { books: Books }) {
  const mayChange = useMay('org:write');
  const [isChanging, setChanging] = useState(false);
  const { state, company, waiting, blocked, differences, looked_at: lookedAt } = books;
  const open = differences.filter(({ cents }) => cents !== 0);
  const [endsAt] = [books.ends_at, books.refresh_by].filter((time) => time !== null).sort();
  const leftDays = endsAt ? Math.ceil((Date.parse(endsAt) - Date.now()) / dayMs) : null;
  return (
    <>
      {state === 'lost' && (
        <Notice kind="bad" title={words.lostTitle(company ?? '')}>
          <p>{words.lostHint}</p>
          <Connect words={words.connectAgain} />
        </Notice>
      )}
      {state === 'on' && leftDays !== null && leftDays <= 30 && (
        <Notice kind={leftDays <= 7 ? 'bad' : 'info'} title={words.endsTitle(formatNumber(leftDays))}>
          <Connect words={words.connectAgain} />
        </Notice>
      )}
      <section className="card account">
        <h2 dir="auto">{company}</h2>
        <dl className="facts">
          <Fact name={words.bookedSince}>{books.start_on && formatDay(books.start_on)}</Fact>
          <Fact name={words.waiting}>
            {waiting === 0 ? words.nothingWaits : formatNumber(waiting)}
            {blocked > 0 && (
              <>
                {', '}
                <Link href="/staff/attention">{words.blockedOfThem(formatNumber(blocked))}</Link>
              </>
            )}
          </Fact>
          <Fact name={words.difference}>
            {open.length === 0
              ? words.equal
              : open.map(({ currency, cents }) => formatMoney(cents, currency)).join(', ')}
          </Fact>
          <Fact name={words.lookedAt}>{lookedAt ? formatTime(lookedAt) : words.notYet}</Fact>
        </dl>
      </section>
      {mayChange && isChanging && <BooksForm books={books} onDone={() => setChanging(false)} />}
      {mayChange && !isChanging && (
        <div className="actions">
          {state === 'on' && blocked > 0 && <Connect words={words.connectAgain} />}
          {state === 'on' && <Button onClick={() => setChanging(true)}>{words.change}</Button>}
          <Disconnect />
        </div>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Disconnect() {
  const { api } = useStaff();
  return (
    <ConfirmedAction words={words.disconnect} run={() => answerOf(api.quickbooks.disconnect.$post())}>
      {words.disconnectHint}
    </ConfirmedAction>
  );
}
