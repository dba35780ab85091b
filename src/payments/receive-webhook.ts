import type { StripeEventOutcome } from '../activity/plan-group.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { decodeEvent } from '../stripe/decode-event.ts';
import { verifySignature } from '../stripe/verify-signature.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

/**
 * Takes one event from Stripe. Resolves when it is recorded, was recorded before, is money that nobody claims (kept)
 * or means nothing here; throws so that Stripe tries again.
 */
export async function receiveWebhook(
  deps: Deps,
  { bytes, signature }: { bytes: ArrayBuffer; signature: string | undefined },
): Promise<StripeEventOutcome> {
  const { stripeWebhookSecrets: secrets, livemode } = deps.config;
  const rawBody = toText(bytes);
  if (secrets.length > 0) await verifySignature(rawBody, signature, secrets, deps.now());
  const decoded = decodeEvent(rawBody);
  if (!decoded) return 'ignored';
  const { told, event } = decoded;
  // A test event signed with a secret we trust is no money. Live money told to a Worker with a test key is somebody's:
  // refused, it stands in Stripe's list of failures, where its owner sees it.
  if (livemode !== null && event.livemode !== null && event.livemode !== livemode) {
    throw new AppError('wrong_livemode', `livemode is ${event.livemode}, the API key's is ${livemode}.`);
  }
  const { outcome, proposal } = await settle(deps, told, { teller: 'stripe', event });
  if (proposal) deps.waitUntil(expireObsoleteCheckouts(deps, proposal));
  return outcome;
}

/** The very text that was sent: a lenient decoder would let a changed byte pass for the one it replaces. */
function toText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('malformed_json', 'The body is not UTF-8.', { cause });
  }
}
