import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { closeAndDecide } from '../payments/close-and-decide.ts';
import type { DeclineBody } from './schemas.ts';

/**
 * Records that the customer does not want it, and closes the open session at Stripe. A new version reopens it. The
 * customer's words are kept in a row that can be erased. One read, one call to the shard, and those to Stripe.
 */
export async function declineProposal(
  deps: Deps,
  actor: Actor,
  proposalId: number,
  { reason, comment: text }: InferOutput<typeof DeclineBody>,
): Promise<Proposal> {
  authorize(actor, 'proposals:decline', proposalId);
  const comment = text ? { id: crypto.randomUUID(), text } : null;
  return closeAndDecide(deps, { kind: 'decline', proposalId, actor, reason, comment });
}
