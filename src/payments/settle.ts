import type { Deps } from '../deps.ts';
import { isSessionFact, type StripeFact } from '../domain/observation.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Teller } from '../domain/settlement.ts';
import { AppError } from '../errors.ts';
import type { ReceivedEvent } from '../log/command.ts';
import { findPaidProposalId } from '../log/load.ts';
import type { StripeEventOutcome } from '../log/plan.ts';

/** What has become of a fact, and the proposal it is about, if there is one. */
export type Settled = { readonly outcome: StripeEventOutcome; readonly proposal: Proposal | null };

/**
 * Has what Stripe told recorded, by whichever way we heard of it: webhook, return page, reconciler. One call to the
 * shard; a refund or dispute is one read more, since it names nothing but the payment. Throws `log_unavailable` or
 * `database_unavailable` where that failed; telling it again is always right.
 */
export async function settle(
  deps: Pick<Deps, 'config' | 'db' | 'shards'>,
  told: StripeFact,
  { teller, event, owner }: { teller: Teller; event?: ReceivedEvent; owner?: number },
): Promise<Settled> {
  const proposalId = owner ?? (await findProposalId(deps, told));
  try {
    return await deps.shards.execute({ kind: 'settle', proposalId, told, teller, event: event ?? null });
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') {
      return { outcome: 'unattributed', proposal: null };
    }
    throw error;
  }
}

async function findProposalId(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  told: StripeFact,
): Promise<number | null> {
  if (isSessionFact(told)) {
    // Another deployment shares the account, and counts its proposals from 1 as we do.
    return told.portalUrl === null || told.portalUrl === config.portalUrl ? told.proposalId : null;
  }
  return told.paymentIntent === null ? null : findPaidProposalId(db, told.paymentIntent);
}
