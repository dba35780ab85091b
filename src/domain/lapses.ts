import { addDays, type CalendarDate, dateIn } from './calendar.ts';
import type { Proposal } from './proposal.ts';
import { scheduleOf } from './schedule.ts';
import { type Standing, standingOn } from './standing.ts';

/** What of a proposal has run out by a date, unless something happens before: no entry says so. */
export type Lapsed = {
  /** Parts of the schedule that were due before that date and are neither paid nor on their way. */
  readonly overdueInstalments: number;
  /** Whether it was offered, and the offer is no longer valid. */
  readonly isExpired: boolean;
};

/** A period in which that stays the same: from a date, through the day before another. Null is without an end. */
export type Lapse = Lapsed & { readonly from: CalendarDate; readonly until: CalendarDate | null };

export function lapsedOn(proposal: Proposal, date: CalendarDate): Lapsed {
  const { instalments, isExpired } = standingOn(proposal, date);
  return {
    overdueInstalments: instalments.filter((instalment) => isOverdue(instalment, date)).length,
    isExpired: isExpired && proposal.lifecycle !== 'draft',
  };
}

/** The periods in which something has run out, as it will be if nothing else happens. Some 25 at most. */
export function lapsesOf(proposal: Proposal): Lapse[] {
  const days = turningDays(proposal);
  return days.flatMap((from, index) => {
    const lapsed = lapsedOn(proposal, from);
    if (lapsed.overdueInstalments === 0 && !lapsed.isExpired) return [];
    return [{ ...lapsed, from, until: days[index + 1] ?? null }];
  });
}

/** The days on which the clock alone changes a standing: a part falls due, is late from the next day on, an offer ends. */
function turningDays(proposal: Proposal): CalendarDate[] {
  const { createdAt, validUntil, timeZone } = proposal;
  const days = scheduleOf(proposal, dateIn(timeZone, createdAt)).flatMap(({ dueOn }) =>
    dueOn ? [dueOn, addDays(dueOn, 1)] : [],
  );
  return [...new Set([...days, ...(validUntil ? [addDays(validUntil, 1)] : [])])].sort();
}

function isOverdue({ state, dueOn }: Standing['instalments'][number], today: CalendarDate): boolean {
  return state === 'due' && dueOn !== null && dueOn < today;
}
