import type { ReactNode } from 'react';
import { dateIn } from '../../../src/domain/calendar.ts';
import type { Proposal } from '../api.ts';
import { formatMoney, formatPercent } from '../money.ts';
import { texts } from '../texts/customer.ts';
import { formatDay } from '../time.ts';

type Instalment = Proposal['schedule'][number];

const stateWords: Record<Instalment['state'], string> = texts.schedule.stateWords;

/** What can be done about a part, shown beside it. */
export type InstalmentAction = (instalment: Instalment) => ReactNode;

/** The schedule of payments: amounts, dates, and how each stands. */
export function Schedule({
  proposal,
  action,
}: {
  proposal: Pick<Proposal, 'schedule' | 'currency' | 'time_zone'>;
  action?: InstalmentAction;
}) {
  const { schedule, currency } = proposal;
  return (
    <section className="schedule" aria-label={texts.schedule.payments}>
      <h2>{texts.schedule.payments}</h2>
      <ul translate="no">
        {schedule.map((instalment) => (
          <li key={instalment.key} className={instalment.state}>
            <span>
              <bdi>{instalment.label}</bdi>
              {instalment.percent !== undefined && <span>{` (${formatPercent(instalment.percent)})`}</span>}
            </span>
            <span className="quiet">{whenOf(instalment, proposal.time_zone)}</span>
            <strong>{formatMoney(instalment.amount_cents, currency)}</strong>
            {action?.(instalment)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function whenOf({ state, due, due_on: dueOn }: Instalment, timeZone: string): string {
  if (state === 'paid' || state === 'pending') return stateWords[state];
  if (state === 'due') {
    const isLate = dueOn !== null && dueOn < dateIn(timeZone, new Date());
    return isLate ? texts.schedule.dueSince(formatDay(dueOn)) : stateWords.due;
  }
  return typeof due === 'object' && dueOn ? texts.schedule.dueOn(formatDay(dueOn)) : whenDue(due);
}

/** When a part is due, as it was agreed. */
export function whenDue(due: Instalment['due']): string {
  if (due === 'approval') return texts.schedule.dueOnApproval;
  if (due === 'request') return texts.schedule.dueWhenAsked;
  if ('date' in due) return texts.schedule.dueOn(formatDay(due.date));
  const { days_after_approval: days } = due;
  return days === 0 ? texts.schedule.dueOnApproval : texts.schedule.dueAfterApproval(days);
}
