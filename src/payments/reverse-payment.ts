import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';

/** Takes the record of a payment that did not come through Stripe back, by a counter-entry. One call to the shard. */
export async function reversePayment(
  { shards }: Deps,
  actor: Staff,
  about: { readonly proposalId: number; readonly paymentId: string; readonly reason: string },
): Promise<Proposal> {
  authorize(actor, 'payments:write', about.proposalId);
  return (await shards.execute({ kind: 'reverse_payment', actor, ...about })).proposal;
}
