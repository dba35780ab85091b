import type { Deps } from '../deps.ts';
import { checkoutKey } from '../domain/checkout.ts';
import { describeCauses } from '../errors.ts';
import { findUntoldKeys } from '../log/load.ts';
import type { DueCheckout } from '../log/open-checkouts.ts';
import type { StripeEventOutcome } from '../log/plan.ts';
import { type DecodedEvent, decodeEvent, eventTypes } from '../stripe/decode-event.ts';
import { expiredSession } from '../stripe/decode-object.ts';
import type { Period } from '../stripe/gateway.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { listUnattributedEvents } from './list-unattributed-events.ts';
import { settle } from './settle.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Where the first run starts: as long as Stripe tries to deliver (https://docs.stripe.com/webhooks#retries). */
const firstRunMs = 3 * dayMs;

/** As long as Stripe lists events (https://docs.stripe.com/api/events). */
const listedMs = 30 * dayMs;

/** Read again by each run, since a list may show an event a little after its time. */
const overlapMs = 10 * minuteMs;

/** Events recorded before it is noted how far we came, so that a long backlog is not begun anew after a failure. */
const batchSize = 1_000;

/** No request lives so long: a session that is not recorded by then was made for nobody. */
const orphanAgeMs = 15 * minuteMs;

/** Facts told at the same time. */
const concurrency = 16;

/**
 * Makes good what webhooks, customers and failed calls left undone: whatever Stripe could not deliver is recorded, sessions
 * past their time are settled or closed, and so are those that nobody is to pay in. Safe to run twice at once, since
 * everything it does goes through the same verbs as everybody else. Rejects if a part of it failed, having tried all.
 */
export async function reconcile(deps: Deps): Promise<void> {
  await deps.shards.catchUp();
  if (deps.config.devMode) return;
  const due = await deps.shards.takeDueCheckouts();
  const [followed, closed, retried] = await Promise.allSettled([
    followStripe(deps),
    forEach(due, (checkout) => close(deps, checkout.sessionId, checkout)),
    retryUnattributed(deps),
  ]);
  for (const part of [followed, closed, retried]) if (part.status === 'rejected') throw part.reason;
  const unattributed = retried.status === 'fulfilled' ? retried.value : 0;
  await deps.shards.noteReconciliation({ succeededAt: deps.now().getTime(), unattributed });
}

/** Tells every event that no webhook took, up to now, and closes what was made and never recorded. */
async function followStripe(deps: Deps): Promise<void> {
  const { shards, now } = deps;
  const start = now().getTime();
  const { eventsUntil = Number.POSITIVE_INFINITY } = await shards.reconciliation();
  // A time to come is none that we came to: the first run, or a clock was wrong.
  const last = eventsUntil > start ? start - firstRunMs : eventsUntil;
  let from = Math.max(last - overlapMs, start - listedMs);
  const failures: unknown[] = [];
  while (from < start) {
    const { events, until } = await listOldest(deps, from, start);
    const before = { from: new Date(from - orphanAgeMs), until: new Date(until - orphanAgeMs) };
    const parts = [forEach(events, (rawBody) => tell(deps, rawBody)), closeOrphans(deps, before)];
    // What fails is tried again by the next run, but it must not keep us from what comes after it.
    for (const part of await Promise.allSettled(parts))
      if (part.status === 'rejected') failures.push(part.reason);
    if (failures.length === 0) await shards.noteReconciliation({ eventsUntil: until });
    from = until;
  }
  if (failures.length > 0) throw failures[0];
}

/** The oldest events, a batch of them: Stripe lists the newest first, so a period that holds more is halved. */
async function listOldest(
  { stripe }: Deps,
  from: number,
  end: number,
): Promise<{ readonly events: string[]; readonly until: number }> {
  for (let until = end; ; until = from + Math.ceil((until - from) / 2)) {
    const period = { from: new Date(from), until: new Date(until + 1000) }; // the second that it ends in
    const limit = until - from > 1000 ? batchSize : Number.POSITIVE_INFINITY; // a second cannot be halved
    const events: string[] = [];
    for await (const event of stripe.listUndeliveredEvents(eventTypes, period)) {
      events.push(event);
      if (events.length > limit) break;
    }
    if (events.length <= limit) return { events, until };
  }
}

/** A fact that nobody claimed may have found its proposal, or its payment. Tells how many have not. */
async function retryUnattributed(deps: Deps): Promise<number> {
  const { total, newest } = await listUnattributedEvents(deps.db);
  let claimed = 0;
  await forEach(newest, async (rawBody) => {
    const outcome = await tell(deps, rawBody);
    if (outcome === 'recorded' || outcome === 'duplicate') claimed += 1;
  });
  return total - claimed;
}

async function tell(deps: Deps, rawBody: string): Promise<StripeEventOutcome> {
  const decoded = decodeUnlessInvalid(rawBody);
  if (!decoded) return 'ignored';
  const { outcome, proposal } = await settle(deps, decoded.told, {
    teller: 'reconciler',
    event: decoded.event,
  });
  if (proposal) await expireObsoleteCheckouts(deps, proposal);
  return outcome;
}

/** One event that we cannot read must not keep us from those after it; the webhook refused it too. */
function decodeUnlessInvalid(rawBody: string): DecodedEvent {
  try {
    return decodeEvent(rawBody);
  } catch (error) {
    console.error(JSON.stringify({ reconcile: 'invalid_event', causes: describeCauses(error) }));
    return null;
  }
}

/** Sessions made at Stripe whose record failed: nobody has their URL. */
async function closeOrphans(deps: Deps, created: Period): Promise<void> {
  const open = await Array.fromAsync(deps.stripe.listOpenSessions(created));
  const untold = await findUntoldKeys(deps.db, open.map(checkoutKey));
  const orphans = open.filter((sessionId) => untold.has(checkoutKey(sessionId)));
  await forEach(orphans, (sessionId) => close(deps, sessionId));
}

/**
 * Past its time, or not to be paid in: either way it is to be closed, and if it was paid that is money. One that this
 * key does not know is over when its time is, and a day more, since it cannot be asked about.
 */
async function close(deps: Deps, sessionId: string, due?: DueCheckout): Promise<void> {
  const state = await deps.stripe.expireCheckoutSession(sessionId);
  if (state.fact === 'checkout_open') return;
  const isOver = due !== undefined && deps.now().getTime() > due.expiresAt.getTime() + dayMs;
  if (state.fact === 'checkout_unknown' && !isOver) return;
  const told = state.fact === 'checkout_unknown' ? expiredSession(sessionId) : state;
  await settle(deps, told, { teller: 'reconciler', ...(due ? { owner: due.proposalId } : {}) });
}

/** Some at a time; if one fails the others are still done, and then it rejects. */
async function forEach<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const failures: unknown[] = [];
  let batch: Promise<unknown>[] = [];
  for await (const item of items) {
    batch.push(work(item).catch((error) => failures.push(error)));
    if (batch.length < concurrency) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  if (failures.length > 0) throw failures[0];
}
