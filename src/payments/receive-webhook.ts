import type { Deps } from '../deps.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import type { StripeEventOutcome } from '../log/plan.ts';
import { WebhookTally } from '../log/webhook-tally.ts';
import { decodeEvent } from '../stripe/decode-event.ts';
import { verifySignature } from '../stripe/verify-signature.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

/** Of this isolate; what never reaches a shard is handed on from here. */
const tally = new WebhookTally();

/**
 * Takes one event from Stripe. Resolves when it is recorded, was recorded before, is money that nobody claims (kept)
 * or means nothing here; throws so that Stripe tries again. Either way it is counted, once.
 */
export async function receiveWebhook(deps: Deps, posted: Posted): Promise<StripeEventOutcome> {
  const event = { type: 'unverified' };
  const count = (outcome: string) =>
    tally.add({ type: event.type, outcome }, deps.waitUntil, (tallies) => deps.shards.tally(tallies));
  try {
    const outcome = await take(deps, posted, event);
    if (event.type === 'other') count(outcome);
    return outcome;
  } catch (error) {
    const isRefusal = error instanceof AppError && refusals.includes(error.code);
    count(isRefusal ? `rejected_${error.code}` : 'failed');
    throw error;
  }
}

type Posted = { readonly bytes: ArrayBuffer; readonly signature: string | undefined };

const refusals: readonly ErrorCode[] = [
  'malformed_json',
  'invalid_signature',
  'invalid_event',
  'wrong_livemode',
];

/** Tells the event's type as soon as it may be believed, `other` for all that mean nothing here. */
async function take(
  deps: Deps,
  { bytes, signature }: Posted,
  event: { type: string },
): Promise<StripeEventOutcome> {
  const { stripeWebhookSecrets: secrets, livemode } = deps.config;
  const rawBody = toText(bytes);
  if (secrets.length > 0) await verifySignature(rawBody, signature, secrets, deps.now());
  event.type = 'other';
  const decoded = decodeEvent(rawBody);
  if (!decoded) return 'ignored';
  event.type = decoded.event.type;
  // A test event signed with a secret we trust is no money. Live money told to a Worker with a test key is somebody's:
  // refused, it stands in Stripe's list of failures, where its owner sees it.
  if (livemode !== null && decoded.event.livemode !== null && decoded.event.livemode !== livemode) {
    throw new AppError(
      'wrong_livemode',
      `livemode is ${decoded.event.livemode}, the API key's is ${livemode}.`,
    );
  }
  const { outcome, proposal } = await settle(deps, decoded.told, { teller: 'stripe', event: decoded.event });
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
