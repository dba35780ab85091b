import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { decodeEvent } from '../stripe/decode-event.ts';
import { verifySignature } from '../stripe/verify-signature.ts';

/**
 * Takes one event from Stripe. Resolves when it is recorded, was recorded before, is money that nobody claims (kept)
 * or means nothing here; throws so that Stripe tries again.
 */
export async function receiveWebhook(
  deps: Deps,
  { bytes, signature }: { bytes: ArrayBuffer; signature: string | undefined },
): Promise<'recorded' | 'duplicate' | 'unattributed' | 'ignored' | 'wrong_livemode'> {
  const { stripeWebhookSecrets: secrets, livemode } = deps.config;
  const rawBody = toText(bytes);
  if (secrets.length > 0) await verifySignature(rawBody, signature, secrets, deps.now());
  const decoded = decodeEvent(rawBody);
  if (decoded.fact === 'ignored') return 'ignored';
  const { proposalId, session, event } = decoded;
  // A test event signed with a secret we trust is no money, and neither is a live one to a Worker with a test key.
  if (livemode !== null && event.livemode !== null && event.livemode !== livemode) return 'wrong_livemode';
  try {
    return (await deps.shards.execute({ kind: 'settle', proposalId, session, event })).outcome;
  } catch (error) {
    if (error instanceof AppError && error.code === 'proposal_not_found') return 'unattributed';
    throw error;
  }
}

/** The very text that was sent: a lenient decoder would let a changed byte pass for the one it replaces. */
function toText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('malformed_json', 'The body is not UTF-8.', { cause });
  }
}
