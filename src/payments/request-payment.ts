import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';

/** Asks for a part of the schedule: the customer pays it by the link that they have. One call to the shard. */
export async function requestPayment(
  { shards }: Deps,
  actor: Staff,
  proposalId: number,
  key: string,
): Promise<Proposal> {
  authorize(actor, 'payments:write', proposalId);
  return (await shards.execute({ kind: 'request_payment', actor, proposalId, key })).proposal;
}
