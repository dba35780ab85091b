import type { Proposal } from '../api.ts';

/** What stands across the paper, if anything: an offer that is over should not look like one that is not. */
export function stampOf({ status, expired }: Pick<Proposal, 'status' | 'expired'>): string | null {
  if (status === 'void') return 'VOID';
  if (status === 'declined') return 'DECLINED';
  if (expired) return 'EXPIRED';
  return status === 'paid' ? 'PAID' : null;
}
