import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { Asked } from '../domain/checkout.ts';
import type { Checkout } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';
import { expireCheckout } from './expire-checkouts.ts';

/**
 * Records a new session. Returns the recorded one, which is another where a concurrent checkout was first. Ours is closed
 * then, as it is where the shard refuses it. One call to the shard.
 */
export async function recordCheckout(
  deps: Deps,
  actor: Actor,
  proposalId: number,
  asked: Asked,
  checkout: Checkout,
): Promise<Checkout> {
  const { shards, waitUntil } = deps;
  try {
    const command = { kind: 'record_checkout', proposalId, actor, ...asked, checkout } as const;
    const { proposal } = await shards.execute(command);
    const recorded = proposal.checkouts.findLast(({ devMode }) => devMode === checkout.devMode) ?? checkout;
    if (recorded.sessionId !== checkout.sessionId) {
      waitUntil(expireCheckout(deps, checkout.sessionId, proposalId));
    }
    return recorded;
  } catch (error) {
    // Where the outcome is unknown it may be recorded, and a retry finds it.
    const isRefused = error instanceof AppError && error.code !== 'log_unavailable';
    if (isRefused) waitUntil(expireCheckout(deps, checkout.sessionId, proposalId));
    throw error;
  }
}
