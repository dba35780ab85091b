import type { CalendarDate } from './calendar.ts';

// What is agreed about paying. The field names are those of the API, and are stored.

/** How much a part of the schedule is: of the total in percent, in minor units, or what the other parts leave. */
export type PartAmount =
  | { readonly percent: number }
  | { readonly amount_cents: number }
  | { readonly rest: true };

/** When a part is due: with the approval, when staff ask for it, on a date, or some days after the approval. */
export type DueWhen =
  | 'approval'
  | 'request'
  | { readonly date: CalendarDate }
  | { readonly days_after_approval: number };

/** A part of the schedule as staff make it. */
export type UnnamedPart = PartAmount & { readonly label: string; readonly due: DueWhen };

/** The same with the key that names it within its version. */
export type Part = UnnamedPart & { readonly key: string };

/** The deposit: in percent of the total or in minor units; null is none. */
export type DepositPolicy = { readonly percent: number } | { readonly amount_cents: number } | null;

/** The most parts of a schedule. */
export const mostParts = 12;

const depositKey = 'deposit';

/** The schedule unless staff make another one: the deposit with the approval, the rest when they ask for it. */
export function defaultSchedule(deposit: DepositPolicy): Part[] {
  const balance: Part = { key: 'balance', label: deposit ? 'Balance' : 'Total', rest: true, due: 'request' };
  return deposit ? [toDeposit(deposit), balance] : [balance];
}

/** Names the parts of a schedule: the deposit is the first, if it is due with the approval. */
export function named(parts: readonly UnnamedPart[]): Part[] {
  return parts.map((part, index) => ({ ...part, key: keyOf(part, index) }));
}

function keyOf(part: UnnamedPart, index: number): string {
  if (index === 0 && part.due === 'approval') return depositKey;
  return 'rest' in part ? 'balance' : `part-${index + 1}`;
}

/** The deposit of a schedule, as a policy; null where there is none, or where it is all there is. */
export function depositOf(schedule: readonly Part[]): DepositPolicy {
  const [first] = schedule;
  if (first?.key !== depositKey || 'rest' in first) return null;
  return 'percent' in first ? { percent: first.percent } : { amount_cents: first.amount_cents };
}

/** The schedule with another deposit, or without one. The rest makes up for it. */
export function withDeposit(schedule: readonly Part[], deposit: DepositPolicy): Part[] {
  const others = schedule.filter(({ key }) => key !== depositKey);
  const [first] = schedule;
  if (!deposit || others.length === 0) return others.length > 0 ? others : defaultSchedule(deposit);
  const label = first?.key === depositKey ? first.label : 'Deposit';
  return [{ ...toDeposit(deposit), label }, ...others];
}

/** Whether a part is the deposit. */
export function isDeposit({ key }: Pick<Part, 'key'>): boolean {
  return key === depositKey;
}

function toDeposit(deposit: NonNullable<DepositPolicy>): Part {
  return { key: depositKey, label: 'Deposit', ...deposit, due: 'approval' };
}
