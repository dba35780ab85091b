import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useSearchParams } from 'wouter';
import { isTimeZone } from '../../../src/domain/calendar.ts';
import { answerOf, type Me, type Numbers } from '../api.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { formatSpan } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { useStaff, useTitle } from './staff-context.ts';

// The charts' library is larger than the other staff pages together.
const Charts = lazy(() => import('./Charts.tsx'));

const periods = ['7', '30', '90', '365'];

/** The numbers of the last days. */
export function NumbersPage() {
  useTitle('Numbers');
  const { api, me } = useStaff();
  const [query, setQuery] = useSearchParams();
  const asked = query.get('days') ?? '';
  const days = periods.includes(asked) ? asked : '30';
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['numbers', days],
    queryFn: () => {
      return answerOf(api.reports.numbers.$get({ query: { days, time_zone: readersZone(me) } }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <div className="title">
        <h1>Numbers</h1>
        <label className="period">
          Period
          <select value={days} onChange={({ target }) => setQuery({ days: target.value })}>
            {periods.map((period) => (
              <option key={period} value={period}>
                Last {period} days
              </option>
            ))}
          </select>
        </label>
      </div>
      {!data && error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Spinner label="Adding up…" />
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
    ['Payments', formatNumber(numbers.payments)],
    ['Gross', money(numbers.revenue_cents)],
    ['Refunded', money(numbers.refunded_cents)],
    ['Lost in disputes', money(numbers.lost_cents)],
    ['Net', money(numbers.net_cents)],
    ['Average payment', numbers.payments > 0 ? money(numbers.average_deposit_cents) : '–'],
    ['Disputes', formatNumber(numbers.disputes)],
    ['Median time to pay', p50 === null ? '–' : formatSpan(p50)],
    ['90% pay within', p90 === null ? '–' : formatSpan(p90)],
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
