import type { Proposal } from '../proposals/proposal.ts';

/**
 * How the deposit stands. `pending`: the money of a delayed method is on its way. `failed`: the last try came to nothing,
 * and another may be made. `paid` is final, whatever is refunded later.
 */
export type DepositStatus = 'unpaid' | 'pending' | 'failed' | 'paid';

export function depositStatus({
  payments,
  outcomes,
}: Pick<Proposal, 'payments' | 'outcomes'>): DepositStatus {
  if (payments.length > 0) return 'paid';
  const all = [...outcomes.values()];
  if (all.includes('pending')) return 'pending';
  return all.at(-1) === 'failed' ? 'failed' : 'unpaid';
}
