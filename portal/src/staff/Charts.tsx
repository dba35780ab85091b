import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { minorUnits } from '../../../src/domain/currency.ts';
import type { Numbers } from '../api.ts';
import { formatMoney } from '../money.ts';
import { formatDate } from '../time.ts';
import { useStaff } from './staff-context.ts';

/** Revenue by day, and the funnel from lead to payment. */
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
  const short = new Intl.NumberFormat(undefined, { style: 'currency', currency, notation: 'compact' });
  return (
    <figure>
      <figcaption>Revenue by day</figcaption>
      {days.every(({ payments }) => payments === 0) && <p className="quiet">No payments in this period.</p>}
      <ResponsiveContainer width="100%" height={240}>
        <BarChart data={days} accessibilityLayer title="Revenue by day">
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="date"
            tickFormatter={(date: string) =>
              new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(
                new Date(day(date)),
              )
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
            labelFormatter={(date) => formatDate(day(String(date)))}
            formatter={(cents) => [formatMoney(Number(cents), currency), 'Revenue']}
          />
          <Bar dataKey="revenue_cents" fill="var(--brand)" radius={[3, 3, 0, 0]} isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

const steps = [
  ['leads', 'Leads'],
  ['sent', 'Sent'],
  ['viewed', 'Looked at'],
  ['approved', 'Approved'],
  ['paid', 'Paid'],
] as const;

function Funnel({ funnel }: { funnel: Numbers['funnel'] }) {
  const data = steps.map(([step, name]) => ({ name, count: funnel[step] }));
  return (
    <figure>
      <figcaption>From lead to payment</figcaption>
      <ResponsiveContainer width="100%" height={240}>
        <BarChart data={data} layout="vertical" accessibilityLayer title="From lead to payment">
          <XAxis type="number" allowDecimals={false} stroke="var(--quiet)" />
          <YAxis type="category" dataKey="name" width={84} stroke="var(--quiet)" />
          <Tooltip
            cursor={{ fill: 'var(--line)' }}
            contentStyle={{ background: 'var(--paper)', borderColor: 'var(--line)' }}
          />
          <Bar
            dataKey="count"
            name="How many"
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
