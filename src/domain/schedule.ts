import { addDays, type CalendarDate, dateIn } from './calendar.ts';
import { depositCents } from './deposit.ts';
import { percentOf } from './pricing.ts';
import { approvalOf, type Proposal } from './proposal.ts';
import { toThousandths } from './rounding.ts';
import { type DepositPolicy, type DueWhen, defaultSchedule, isDeposit, type Part } from './terms.ts';

/** A part of the schedule with its amount, in minor units, and when it is due. */
export type Instalment = {
  readonly part: Part;
  readonly amountCents: number;
  /** The date on which it is or was due, in the org's time zone; null while that is not known. */
  readonly dueOn: CalendarDate | null;
  /** Whether it is due by now. Before the approval: whether the approval would make it due. */
  readonly isDue: boolean;
};

/** The parts of the schedule: those of the row, or what a row of an earlier release means. */
export function partsOf(proposal: Proposal): readonly Part[] {
  return proposal.schedule ?? defaultSchedule(configuredDeposit(proposal));
}

/** Each part, its amount and when it is due. The amounts add up to the total. `today` is the date in the org's time zone. */
export function scheduleOf(proposal: Proposal, today: CalendarDate): Instalment[] {
  const parts = partsOf(proposal);
  const { totalCents, currency, timeZone } = proposal;
  const amounts = amountsOf(parts, totalCents, currency);
  const approvedAt = approvalOf(proposal)?.at;
  const approvedOn = approvedAt ? dateIn(timeZone, approvedAt) : null;
  return parts.flatMap((part, index) => {
    const amountCents = amounts[index] ?? 0;
    if (amountCents === 0) return [];
    const requestedAt = proposal.requests.get(part.key);
    const requestedOn = requestedAt ? dateIn(timeZone, requestedAt) : null;
    const dueOn = dueDate(part.due, approvedOn, requestedOn);
    const dueAfterApproval = dueOn ?? dueDate(part.due, today, requestedOn);
    return [{ part, amountCents, dueOn, isDue: dueAfterApproval !== null && dueAfterApproval <= today }];
  });
}

/**
 * The amounts of the parts of a total, in minor units, in their order. The rest is what the others leave, below zero where
 * they are more than the total. Percentages that add up to 100 add up to the total: the last one makes up for the rounding.
 */
export function amountsOf(parts: readonly Part[], totalCents: number, currency: string): number[] {
  const amounts = parts.map((part) => {
    if ('rest' in part) return 0;
    if ('amount_cents' in part) return part.amount_cents;
    if (isDeposit(part)) return depositCents(totalCents, part.percent, currency);
    return percentOf(totalCents, part.percent, currency);
  });
  const last = parts.findIndex((part) => 'rest' in part);
  const index = last < 0 && addUpToWhole(parts) ? parts.length - 1 : last;
  const others = amounts.reduce((sum, cents, at) => sum + (at === index ? 0 : cents), 0);
  return amounts.map((cents, at) => (at === index ? totalCents - others : cents));
}

function addUpToWhole(parts: readonly Part[]): boolean {
  const thousandths = parts.map((part) => ('percent' in part ? toThousandths(part.percent) : Number.NaN));
  return parts.length > 0 && thousandths.reduce((sum, share) => sum + share, 0) === 100_000;
}

function dueDate(
  due: DueWhen,
  approvedOn: CalendarDate | null,
  requestedOn: CalendarDate | null,
): CalendarDate | null {
  if (due === 'approval') return approvedOn;
  if (due === 'request') return requestedOn;
  if ('date' in due) return due.date;
  return approvedOn && addDays(approvedOn, due.days_after_approval);
}

/**
 * The deposit of a proposal whose row states no schedule, as those of earlier releases do: what this version was sent or
 * approved with; else what its session was for, the paid one before the last one; else as it is configured now.
 */
function configuredDeposit(proposal: Proposal): DepositPolicy {
  const { pinned, version, payments, checkouts, totalCents, defaultDeposit } = proposal;
  if (pinned?.version === version) {
    return pinned.depositCents === 0 ? null : { amount_cents: pinned.depositCents };
  }
  const made = checkouts.filter((checkout) => checkout.version === version);
  const isPaid = (sessionId: string) => payments.some(({ paymentId }) => paymentId === sessionId);
  // Earlier releases let staff state another total: only a payment made that the deposit.
  const session =
    made.find(({ sessionId }) => isPaid(sessionId)) ??
    made.findLast((checkout) => checkout.totalCents === totalCents);
  if (session) return { amount_cents: Math.min(session.depositCents, totalCents) };
  if (defaultDeposit && 'amount_cents' in defaultDeposit) {
    return { amount_cents: Math.min(defaultDeposit.amount_cents, totalCents) };
  }
  return defaultDeposit;
}
