import type { Deps } from '../deps.ts';
import type { Via } from '../domain/actor.ts';
import { isSession, type Observation, type Outcome, type ReceivedEvent } from '../domain/observation.ts';
import { AppError } from '../errors.ts';
import { type Accepted, withoutProposal } from '../log/command.ts';
import { findPaidProposalId } from '../log/load.ts';

/** What an observation came to, and the proposal it is about, if any. */
export type Settled = Omit<Accepted, 'outcome'> & { readonly outcome: Outcome };

/**
 * Records what was observed at Stripe, whichever way it reached us: webhook, return page or reconciler. One call to the
 * shard; a refund or dispute adds a read, since it names only its PaymentIntent. `owner` is the proposal, where that is
 * known; a `brief` answer is without it. Throws `log_unavailable` or `database_unavailable`; it is always right to try
 * again. No actor asks for it, so it needs no permission.
 */
export async function settle(
  deps: Pick<Deps, 'config' | 'db' | 'shards'>,
  observation: Observation,
  { via, event, owner, brief = false }: { via: Via; event?: ReceivedEvent; owner?: number; brief?: boolean },
): Promise<Settled> {
  const proposalId = owner ?? (await findProposalId(deps, observation));
  try {
    const command = { kind: 'settle', proposalId, observation, via, event: event ?? null, brief } as const;
    return await deps.shards.execute(command);
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') {
      return withoutProposal('unattributed');
    }
    throw error;
  }
}

async function findProposalId(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  observation: Observation,
): Promise<number | null> {
  if (isSession(observation)) {
    // Another deployment may share the account, and number its proposals from 1 as we do.
    const { portalUrl, proposalId } = observation;
    return portalUrl === null || portalUrl === config.portalUrl ? proposalId : null;
  }
  return observation.paymentIntent === null ? null : findPaidProposalId(db, observation.paymentIntent);
}
