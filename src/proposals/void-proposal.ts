import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { closeAndDecide } from '../payments/close-and-decide.ts';

/** Withdraws the proposal for good, and closes its open session at Stripe. */
export async function voidProposal(deps: Deps, actor: Staff, proposalId: number): Promise<Proposal> {
  authorize(actor, 'proposals:write', proposalId);
  return closeAndDecide(deps, { kind: 'void', proposalId, actor });
}
