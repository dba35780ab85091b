import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import { dateIn, isTimeZone } from '../../../src/domain/calendar.ts';
import { answerOf, type Me, type Numbers } from '../api.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatSpan } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { useStaff, useTitle } from './staff-context.ts';

// The charts' library is larger than the other staff pages together.
const Charts = lazy(() => import('./Charts.tsx'));

const periods = ['month', '7', '30', '90', '365'];

/** The numbers of the last days. */
export function NumbersPage() {
  useTitle(texts.numbersPage.numbers);
  const { api, me } = useStaff();
  const [query, setQuery] = useSearchParams();
  const asked = query.get('days') ?? '';
  const period = periods.includes(asked) ? asked : '30';
  const timeZone = readersZone(me);
  const days = period === 'month' ? dateIn(timeZone, new Date()).slice(-2).replace(/^0/, '') : period;
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['numbers', days],
    queryFn: () => {
      return answerOf(api.reports.numbers.$get({ query: { days, time_zone: timeZone } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="title">
        <h1>{texts.numbersPage.numbers}</h1>
        <label className="period">
          {texts.numbersPage.period}
          <select value={period} onChange={({ target }) => setQuery({ days: target.value })}>
            {periods.map((each) => (
              <option key={each} value={each}>
                {each === 'month' ? texts.numbersPage.thisMonth : texts.numbersPage.lastDays(each)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {!data && error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Spinner label={texts.numbersPage.addingUp} />
      ) : (
        <div aria-busy={isPlaceholderData} className="numbers">
          <Sums numbers={data} />
          <Suspense fallback={<div className="charts skeleton" />}>
            <Charts numbers={data} />
          </Suspense>
        </div>
      )}
    </>
  );
}

/** The browser's time zone; the org's where the browser does not know its own. */
function readersZone(me: Me): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone && timeZone !== 'Etc/Unknown' && isTimeZone(timeZone) ? timeZone : me.time_zone;
}

function Sums({ numbers }: { numbers: Numbers }) {
  const { currency } = useStaff().me;
  const money = (cents: number) => formatMoney(cents, currency);
  const { p50, p90 } = numbers.velocity_seconds;
  const sums = [
    [texts.numbersPage.payments, formatNumber(numbers.payments)],
    [texts.numbersPage.gross, money(numbers.revenue_cents)],
    [texts.numbersPage.refunded, money(numbers.refunded_cents)],
    [texts.numbersPage.lostInDisputes, money(numbers.lost_cents)],
    [texts.numbersPage.net, money(numbers.net_cents)],
    [texts.numbersPage.averagePayment, numbers.payments > 0 ? money(numbers.average_deposit_cents) : '–'],
    [texts.numbersPage.disputes, formatNumber(numbers.disputes)],
    [texts.numbersPage.medianTimeToPay, p50 === null ? '–' : formatSpan(p50)],
    [texts.numbersPage.ninetyPercentPayWithin, p90 === null ? '–' : formatSpan(p90)],
  ] as const;
  return (
    <dl className="tiles">
      {sums.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
