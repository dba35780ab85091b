import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import type { Proposal } from '../domain/proposal.ts';
import { closeAndDecide } from './close-and-decide.ts';

/** Takes the proposal back for good, and closes its open session at Stripe. */
export function voidProposal(deps: Deps, actor: Staff, proposalId: number): Promise<Proposal> {
  return closeAndDecide(deps, { kind: 'void', proposalId, actor });
}
