import type { DepositPolicy } from '../domain/terms.ts';
import type { StoredDeposit } from './schema.ts';

/** That of an org which has set none. */
export const defaultTimeZone = 'UTC';

/** An org's deposit: its own, else its percentage from earlier releases, else the deployment's. */
export function defaultDeposit(
  org: { readonly deposit: StoredDeposit | null; readonly depositPercent: number | null },
  deploymentPercent: number,
): DepositPolicy {
  if (org.deposit) return 'none' in org.deposit ? null : org.deposit;
  return { percent: org.depositPercent ?? deploymentPercent };
}
