import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { decodeEvent } from '../stripe/decode-event.ts';
import { verifySignature } from '../stripe/verify-signature.ts';

/**
 * Takes one event from Stripe. Resolves when it is recorded, was recorded before, is money that nobody claims (kept,
 * and told by its outcome) or means nothing to us; throws so that Stripe tries again.
 */
export async function receiveWebhook(
  deps: Deps,
  { rawBody, signature }: { rawBody: string; signature: string | undefined },
): Promise<'recorded' | 'duplicate' | 'unattributed' | 'ignored'> {
  const secrets = deps.config.stripeWebhookSecrets;
  if (secrets.length > 0) await verifySignature(rawBody, signature, secrets, deps.now());
  const decoded = decodeEvent(rawBody);
  if (decoded.fact === 'ignored') return 'ignored';
  const { proposalId, session, event } = decoded;
  try {
    return (await deps.shards.execute({ kind: 'settle', proposalId, session, event })).outcome;
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') return 'unattributed';
    throw error;
  }
}
