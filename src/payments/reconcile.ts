import type { Deps } from '../deps.ts';
import type { Outcome } from '../domain/observation.ts';
import { describeCauses } from '../errors.ts';
import { type DecodedEvent, decodeEvent } from '../stripe/decode-event.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { expireDueCheckout } from './expire-due-checkouts.ts';
import { followStripe } from './follow-stripe.ts';
import { forEach } from './for-each.ts';
import { listUnattributedEvents } from './list-unattributed-events.ts';
import { settle } from './settle.ts';

/**
 * Makes up for whatever webhooks, customers and failed calls left undone: it records the events that Stripe could not
 * deliver, settles or closes sessions that are past their time or obsolete, and retries unattributed money. Two runs at
 * once are safe, since every write goes through the same verbs as any other. Tries every part; rejects if one failed.
 */
export async function reconcile(deps: Deps): Promise<void> {
  await deps.shards.catchUp();
  if (deps.config.devMode) return;
  const due = await deps.shards.takeDueCheckouts();
  const [followed, closed, retried] = await Promise.allSettled([
    followStripe(deps, (rawBody) => recordEvent(deps, rawBody)),
    forEach(due, (checkout) => expireDueCheckout(deps, checkout)),
    retryUnattributed(deps),
  ]);
  for (const part of [followed, closed, retried]) if (part.status === 'rejected') throw part.reason;
  const unattributed = retried.status === 'fulfilled' ? retried.value : 0;
  await deps.shards.noteReconciliation({ succeededAt: deps.now().getTime(), unattributed });
}

/** An unattributed event may match its proposal, or its payment, by now. Returns how many still do not. */
async function retryUnattributed(deps: Deps): Promise<number> {
  const { total, newest } = await listUnattributedEvents(deps.db);
  let attributed = 0;
  await forEach(newest, async (rawBody) => {
    const outcome = await recordEvent(deps, rawBody);
    if (outcome === 'recorded' || outcome === 'duplicate') attributed += 1;
  });
  return total - attributed;
}

async function recordEvent(deps: Deps, rawBody: string): Promise<Outcome> {
  const decoded = decodeUnlessInvalid(rawBody);
  if (!decoded) return 'ignored';
  const { observation, event } = decoded;
  const settled = await settle(deps, observation, { via: 'reconciler', event, brief: true });
  await expireObsoleteCheckouts(deps, settled);
  return settled.outcome;
}

/** One unreadable event must not block those after it; the webhook refused it too. */
function decodeUnlessInvalid(rawBody: string): DecodedEvent {
  try {
    return decodeEvent(rawBody);
  } catch (error) {
    console.error(JSON.stringify({ reconcile: 'invalid_event', causes: describeCauses(error) }));
    return null;
  }
}
