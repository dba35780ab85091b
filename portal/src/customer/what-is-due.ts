import type { Proposal } from '../api.ts';

/** What it is that is due, as customers know it. */
export type Due = 'deposit' | 'balance' | 'other';

/** `deposit` or `balance`, where it is just that. */
export function whatIsDue({
  schedule,
  deposit_cents: deposit,
  due_cents: due,
  held_cents: held,
  total_cents: total,
}: Proposal): Due {
  if (held === 0 && due === deposit) return 'deposit';
  return held + due === total && schedule.length > 1 ? 'balance' : 'other';
}
