import type { Share } from '../couriers/outbox.ts';
import { addDays, dateIn, startOf } from '../domain/calendar.ts';
import type { MailKind } from '../domain/owed.ts';
import type { Instalment } from '../domain/schedule.ts';
import { standingOf } from '../domain/standing.ts';
import type { Facts } from './facts.ts';
import { isNotified } from './notices.ts';

/** After how many days a customer is reminded of what they were sent, or have to pay. */
export const defaultReminderDays = [1, 3, 7] as const;

/** So many days before its last day a customer hears that an offer runs out. */
const expiringDays = 2;

/** What is due on a date is mailed in the morning, in the org's time zone. */
const morningHour = 9;

const [hourMs, dayMs] = [3_600_000, 86_400_000];

/**
 * What takes the row's place: one for each person, for each day on which the customer is reminded, for each instalment that
 * has a date. Null where the row is one mail.
 */
export function sharesOf(kind: MailKind, facts: Facts): readonly Share[] | null {
  switch (kind) {
    case 'notice':
      return facts.people
        .filter((person) => isNotified(person, facts))
        .map(({ id }) => ({ name: `user:${id}`, dueAt: null }));
    case 'reminder':
      return remindersOf(facts);
    case 'expiring':
      return expiringOf(facts);
    case 'instalment':
      return facts.entry.event === 'approve' ? datedInstalments(facts) : null;
    default:
      return null;
  }
}

export function reminderDaysOf({ reminderDays }: Facts): readonly number[] {
  return reminderDays ?? defaultReminderDays;
}

/** Of a sending or a request, so many days after it; of an approval, so many days after each part that is due by then. */
function remindersOf(facts: Facts): Share[] {
  const { entry } = facts;
  const days = reminderDaysOf(facts);
  if (entry.event !== 'approve')
    return days.map((day) => ({ name: `after:${day}`, dueAt: after(entry.createdAt, day) }));
  return scheduled(facts).flatMap(({ part, dueOn }) =>
    days.map((day) => ({
      name: `${part.key}:${day}`,
      dueAt: part.due === 'approval' ? after(entry.createdAt, day) : morningOf(facts, addDays(dueOn, day)),
    })),
  );
}

function datedInstalments(facts: Facts): Share[] {
  return scheduled(facts)
    .filter(({ part }) => part.due !== 'approval')
    .map(({ part, dueOn }) => ({
      name: part.key,
      dueAt: latest(morningOf(facts, dueOn), facts.entry.createdAt),
    }));
}

/**
 * The instalments whose date is known with the approval. What staff ask for has an entry of its own. Of those that are due
 * together, the last: a mail asks for all that is due, and what is paid fills them from the top. A date before the approval is
 * the approval's.
 */
function scheduled({ proposal, entry }: Facts): (Instalment & { readonly dueOn: string })[] {
  const approvedOn = dateIn(proposal.timeZone, entry.createdAt);
  const dated = standingOf(proposal, entry.createdAt).instalments.flatMap((instalment) => {
    const { part, dueOn } = instalment;
    if (dueOn === null || part.due === 'request') return [];
    return [{ ...instalment, dueOn: dueOn < approvedOn ? approvedOn : dueOn }];
  });
  return dated.filter(({ dueOn }, index) => dated.findLastIndex((other) => other.dueOn === dueOn) === index);
}

function expiringOf(facts: Facts): Share[] {
  const { validUntil, timeZone } = facts.proposal;
  if (!validUntil) return [];
  const day = addDays(validUntil, -expiringDays);
  // An offer that is good for a day or two says so itself.
  return day > dateIn(timeZone, facts.entry.createdAt)
    ? [{ name: 'last_days', dueAt: morningOf(facts, day) }]
    : [];
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function after(time: Date, days: number): Date {
  return new Date(time.getTime() + days * dayMs);
}

function morningOf({ proposal }: Facts, date: string): Date {
  return new Date(startOf(proposal.timeZone, date).getTime() + morningHour * hourMs);
}
