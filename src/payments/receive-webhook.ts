import type { Deps } from '../deps.ts';
import type { Outcome } from '../domain/observation.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { decodeText } from '../json.ts';
import { Tally } from '../log/tally.ts';
import { decodeEvent } from '../stripe/decode-event.ts';
import { verifySignature } from '../stripe/verify-signature.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { settle } from './settle.ts';

/** The counts of this isolate, for events that reach no shard. */
const tally = new Tally({ delayMs: 0, pauseMs: 1_000 });

type Posted = { readonly bytes: ArrayBuffer; readonly signature: string | undefined };

/**
 * Takes one event from Stripe. Resolves when it is recorded, was recorded before, is kept as unattributed money, or is
 * irrelevant; throws so that Stripe tries again. Either way it is counted, once. Its permission is the signature.
 */
export async function receiveWebhook(deps: Deps, posted: Posted): Promise<Outcome> {
  const event = { type: 'unverified' };
  const count = (outcome: string) => {
    const labels = { type: event.type, outcome };
    const increment = { metric: 'crm_portal_webhook_events_total', labels, value: 1 } as const;
    tally.add(increment, deps.waitUntil, (sums) => deps.shards.count(sums));
  };
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

const refusals: readonly ErrorCode[] = [
  'malformed_json',
  'invalid_signature',
  'invalid_event',
  'wrong_livemode',
];

/** Sets `event.type` as soon as it is verified, to `other` for an event that is irrelevant. */
async function take(deps: Deps, { bytes, signature }: Posted, event: { type: string }): Promise<Outcome> {
  const { stripeWebhookSecrets: secrets, livemode } = deps.config;
  const rawBody = decodeText(bytes);
  if (secrets.length > 0) await verifySignature(rawBody, signature, secrets, deps.now());
  event.type = 'other';
  const decoded = decodeEvent(rawBody);
  if (!decoded) return 'ignored';
  event.type = decoded.event.type;
  // A test event is no money, even if it is signed with our secret; an event that does not say may be one. Live money sent to
  // a Worker with a test key belongs to somebody: refused, it stays in Stripe's list of failures, where its owner sees it.
  const { livemode: said } = decoded.event;
  if (livemode !== null && said !== livemode && (livemode || said !== null)) {
    const detail = `livemode is ${said ?? 'missing'}, the API key's is ${livemode}.`;
    throw new AppError('wrong_livemode', detail);
  }
  const settled = await settle(deps, decoded.observation, {
    via: 'stripe',
    event: decoded.event,
    brief: true,
  });
  deps.waitUntil(expireObsoleteCheckouts(deps, settled));
  return settled.outcome;
}
