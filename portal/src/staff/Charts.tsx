import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { minorUnits } from '../../../src/domain/currency.ts';
import type { Numbers } from '../api.ts';
import { dateFormat, numberFormat } from '../formats.ts';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { formatDate } from '../time.ts';
import { toBars } from './in-weeks.ts';
import { useStaff } from './staff-context.ts';

/** What was paid by day or week, and the funnel from lead to payment. */
export default function Charts({ numbers }: { numbers: Numbers }) {
  return (
    <div className="charts">
      <Revenue days={numbers.days} />
      <Funnel funnel={numbers.funnel} />
    </div>
  );
}

const day = (date: string) => `${date}T12:00`; // noon: the same day wherever the reader is

function Revenue({ days }: { days: Numbers['days'] }) {
  const { currency } = useStaff().me;
  const short = numberFormat({ style: 'currency', currency, notation: 'compact' });
  const { unit, bars } = toBars(days);
  const title = texts.charts.grossBy(unit);
  if (days.every(({ payments }) => payments === 0)) {
    return (
      <figure>
        <figcaption>{title}</figcaption>
        <p className="quiet">{texts.charts.noPaymentsInThisPeriod}</p>
      </figure>
    );
  }
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <ResponsiveContainer width="100%" height={240}>
        <BarChart data={[...bars]} accessibilityLayer title={title}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="date"
            tickFormatter={(date: string) =>
              dateFormat({ day: 'numeric', month: 'short' }).format(new Date(day(date)))
            }
            minTickGap={24}
            stroke="var(--quiet)"
          />
          <YAxis
            tickFormatter={(cents: number) => short.format(cents / minorUnits(currency))}
            width={64}
            stroke="var(--quiet)"
          />
          <Tooltip
            cursor={{ fill: 'var(--line)' }}
            contentStyle={{ background: 'var(--paper)', borderColor: 'var(--line)' }}
            labelFormatter={(date) =>
              `${unit === 'week' ? texts.charts.from : ''}${formatDate(day(String(date)))}`
            }
            formatter={(cents) => [formatMoney(Number(cents), currency), texts.charts.gross]}
          />
          <Bar dataKey="revenue_cents" fill="var(--brand)" radius={[3, 3, 0, 0]} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

const steps = [
  ['leads', texts.charts.leads],
  ['sent', texts.charts.sent],
  ['viewed', texts.charts.viewed],
  ['approved', texts.charts.approved],
  ['paid', texts.charts.paid],
] as const;

function Funnel({ funnel }: { funnel: Numbers['funnel'] }) {
  const data = steps.map(([step, name]) => ({ name, count: funnel[step] }));
  if (data.every(({ count }) => count === 0)) {
    return (
      <figure>
        <figcaption>{texts.charts.fromLeadToPayment}</figcaption>
        <p className="quiet">{texts.charts.nothingHasHappenedInThisPeriod}</p>
      </figure>
    );
  }
  return (
    <figure>
      <figcaption>{texts.charts.fromLeadToPayment}</figcaption>
      <ResponsiveContainer width="100%" height={240}>
        <BarChart data={data} layout="vertical" accessibilityLayer title={texts.charts.fromLeadToPayment}>
          <XAxis type="number" allowDecimals={false} stroke="var(--quiet)" />
          <YAxis type="category" dataKey="name" width={84} stroke="var(--quiet)" />
          <Tooltip
            cursor={{ fill: 'var(--line)' }}
            contentStyle={{ background: 'var(--paper)', borderColor: 'var(--line)' }}
          />
          <Bar
            dataKey="count"
            name={texts.charts.howMany}
            fill="var(--brand)"
            radius={[0, 3, 3, 0]}
            isAnimationActive={false}
            label={{ position: 'insideRight', fill: 'var(--on-brand)' }}
          />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
