import type { Config } from '../config.ts';
import { type Deadline, withDeadline } from '../deadline.ts';
import type { Deps } from '../deps.ts';
import type { Via } from '../domain/actor.ts';
import {
  isOurs,
  isSession,
  type Marks,
  type Observation,
  type Outcome,
  type ReceivedEvent,
} from '../domain/observation.ts';
import { AppError } from '../errors.ts';
import { type Accepted, deadlineMs, withoutProposal } from '../log/command.ts';
import { findPaidProposalId } from '../log/load.ts';

/** What an observation came to, and the proposal it is about, if any. */
export type Settled = Omit<Accepted, 'outcome'> & { readonly outcome: Outcome };

/**
 * Records what was observed at Stripe, whichever way it reached us: webhook, return page or reconciler. One call to the
 * shard; a refund or dispute adds a read, since it names only its PaymentIntent, and one of a PaymentIntent that we do not
 * know a call to Stripe, all under one deadline. `owner` is the proposal, where that is known; a `brief` answer is without
 * it. Throws `log_unavailable`, `database_unavailable`, or what Stripe's failure is; it is always right to try again. No
 * actor asks for it, so it needs no permission.
 */
export async function settle(
  deps: SettleDeps,
  observation: Observation,
  { via, event, owner, brief = false, isJudged = false }: Reported,
): Promise<Settled> {
  const record = (found: Found) =>
    deps.shards.execute({ kind: 'settle', ...found, observation, via, event: event ?? null, brief });
  try {
    if (owner !== undefined) return await record({ proposalId: owner });
    if (isSession(observation)) return await record(whose(deps.config, observation, isJudged));
    const findAndRecord = async (deadline: Deadline) => {
      const found = await findPayment(deps, observation.paymentIntent, isJudged);
      if (deadline.isOver) throw tooLate();
      return record(found);
    };
    return await withDeadline(deadlineMs, findAndRecord, tooLate);
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') {
      return withoutProposal('unattributed');
    }
    throw error;
  }
}

type SettleDeps = Pick<Deps, 'config' | 'db' | 'shards' | 'stripe'>;

type Reported = {
  readonly via: Via;
  readonly event?: ReceivedEvent;
  readonly owner?: number;
  readonly brief?: boolean;
  /** It is known to be ours: Stripe was asked before. */
  readonly isJudged?: boolean;
};

/** The proposal that an observation is about, or whether it is another product's. */
type Found = { readonly proposalId: number | null; readonly isForeign?: boolean };

/** A session's own marks say it, unless the log knows the session. */
function whose({ portalUrl }: Pick<Config, 'portalUrl'>, session: Marks, isJudged: boolean): Found {
  return isOurs(session, portalUrl)
    ? { proposalId: session.proposalId }
    : { proposalId: null, isForeign: !isJudged };
}

/** The proposal of a payment. Where we know none, its marks at Stripe say whether it may still become one of ours. */
async function findPayment(
  { config, db, stripe }: SettleDeps,
  paymentIntent: string | null,
  isJudged: boolean,
): Promise<Found> {
  if (paymentIntent === null) return { proposalId: null, isForeign: !isJudged }; // no session of ours is without one
  const proposalId = await findPaidProposalId(db, paymentIntent);
  if (proposalId !== null || isJudged) return { proposalId };
  const marks = await stripe.retrieveMarks(paymentIntent);
  return { proposalId: null, isForeign: marks === null || !isOurs(marks, config.portalUrl) };
}

function tooLate(): AppError {
  return new AppError('log_unavailable', 'It took too long to record this. Try again.');
}
