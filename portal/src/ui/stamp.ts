import type { Proposal } from '../api.ts';

/** What stands across the paper, if anything: an offer that is over should not look like one that is not. */
export function stampOf({
  status,
  expired,
}: Pick<Proposal, 'status' | 'expired'>): 'void' | 'declined' | 'expired' | 'paid' | null {
  if (status === 'void') return 'void';
  if (status === 'declined') return 'declined';
  if (expired) return 'expired';
  return status === 'paid' ? 'paid' : null;
}
