import type { Config } from '../config.ts';
import { type Deadline, withDeadline } from '../deadline.ts';
import type { Deps } from '../deps.ts';
import type { Via } from '../domain/actor.ts';
import {
  isSession,
  type Observation,
  type Outcome,
  type ReceivedEvent,
  type SessionObservation,
} from '../domain/observation.ts';
import { AppError } from '../errors.ts';
import { type Accepted, deadlineMs, withoutProposal } from '../log/command.ts';
import { findPaidProposalId } from '../log/load.ts';

/** What an observation came to, and the proposal it is about, if any. */
export type Settled = Omit<Accepted, 'outcome'> & { readonly outcome: Outcome };

/**
 * Records what was observed at Stripe, whichever way it reached us: webhook, return page or reconciler. One call to the
 * shard; a refund or dispute adds a read, since it names only its PaymentIntent, under the same deadline. `owner` is the proposal, where that is
 * known; a `brief` answer is without it. Throws `log_unavailable` or `database_unavailable`; it is always right to try
 * again. No actor asks for it, so it needs no permission.
 */
export async function settle(
  deps: Pick<Deps, 'config' | 'db' | 'shards'>,
  observation: Observation,
  { via, event, owner, brief = false }: { via: Via; event?: ReceivedEvent; owner?: number; brief?: boolean },
): Promise<Settled> {
  const record = (proposalId: number | null) =>
    deps.shards.execute({ kind: 'settle', proposalId, observation, via, event: event ?? null, brief });
  try {
    if (owner !== undefined) return await record(owner);
    if (isSession(observation)) return await record(claimedId(deps.config, observation));
    const { paymentIntent } = observation;
    if (paymentIntent === null) return await record(null);
    const readAndRecord = async (deadline: Deadline) => {
      const proposalId = await findPaidProposalId(deps.db, paymentIntent);
      if (deadline.isOver) throw tooLate();
      return record(proposalId);
    };
    return await withDeadline(deadlineMs, readAndRecord, tooLate);
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') {
      return withoutProposal('unattributed');
    }
    throw error;
  }
}

/** The proposal that a session's metadata names, unless they are of another deployment that shares the account. */
function claimedId({ portalUrl }: Pick<Config, 'portalUrl'>, session: SessionObservation): number | null {
  return session.portalUrl === null || session.portalUrl === portalUrl ? session.proposalId : null;
}

function tooLate(): AppError {
  return new AppError('log_unavailable', 'It took too long to record this. Try again.');
}
