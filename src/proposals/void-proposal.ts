import type { Staff } from '../auth/actor.ts';
import type { Deps } from '../deps.ts';
import { closeAndDecide } from './close-and-decide.ts';
import type { Proposal } from './proposal.ts';

/** Takes the proposal back for good, and closes its open session at Stripe. */
export function voidProposal(deps: Deps, actor: Staff, proposalId: number): Promise<Proposal> {
  return closeAndDecide(deps, { kind: 'void', proposalId, actor });
}
