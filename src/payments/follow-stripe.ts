import type { Deps } from '../deps.ts';
import { eventTypes } from '../stripe/decode-event.ts';
import type { ListedEvent } from '../stripe/gateway.ts';
import { expireOrphans } from './expire-due-checkouts.ts';
import { forEach } from './for-each.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Where the first run starts: as far back as Stripe retries deliveries (https://docs.stripe.com/webhooks#retries). */
const firstRunMs = 3 * dayMs;

/** How far back Stripe lists events (https://docs.stripe.com/api/events). */
const listedMs = 30 * dayMs;

/** Read again by each run, since an event may be listed a little after its time. */
const overlapMs = 10 * minuteMs;

/** The most events recorded before progress is noted, so that a failure does not repeat a long backlog. */
const batchSize = 1_000;

/** No request lives this long: a session that is not recorded by then was never handed out. */
const orphanAgeMs = 15 * minuteMs;

/**
 * Events that failed and are tried again by themselves, so that they hold up no other. More than these are an outage: then
 * the next run starts where this one did.
 */
const maxFailing = 100;

/**
 * Records every event that no webhook took, up to now, and closes sessions that were made and never recorded. Resolves with
 * what failed, which the next run tries again.
 */
export async function followStripe(
  deps: Deps,
  record: (rawBody: string) => Promise<unknown>,
): Promise<unknown[]> {
  const { shards, now } = deps;
  const start = now().getTime();
  const { eventsUntil = Number.POSITIVE_INFINITY, failingEvents = [] } = await shards.reconciliation();
  const failures: unknown[] = [];
  const failing = await recordAgain(deps, failingEvents, record, failures);
  // Progress that is in the future means: this is the first run, or a clock was wrong.
  const last = eventsUntil > start ? start - firstRunMs : eventsUntil;
  for (let from = Math.max(last - overlapMs, start - listedMs); from < start; ) {
    const { events, until } = await listOldest(deps, from, start);
    const failed = await forEach(events, ({ rawBody }) => record(rawBody));
    for (const { item, error } of failed) {
      failing.add(item.id);
      failures.push(error);
    }
    if (failing.size > maxFailing) return failures;
    await shards.noteReconciliation({ eventsUntil: until, failingEvents: [...failing] });
    const created = { from: new Date(from - orphanAgeMs), until: new Date(until - orphanAgeMs) };
    // A session that stays open expires by itself within a day, and its URL was never handed out.
    await expireOrphans(deps, created).catch((error) => failures.push(error));
    from = until;
  }
  return failures;
}

/** Records events that failed before. Returns the ids of those that still do; Stripe has the oldest no more. */
async function recordAgain(
  { stripe }: Deps,
  eventIds: readonly string[],
  record: (rawBody: string) => Promise<unknown>,
  failures: unknown[],
): Promise<Set<string>> {
  const failed = await forEach(eventIds, async (id) => {
    const rawBody = await stripe.retrieveEvent(id);
    if (rawBody !== null) await record(rawBody);
  });
  failures.push(...failed.map(({ error }) => error));
  return new Set(failed.map(({ item }) => item));
}

/** The oldest undelivered events, one batch of them. Stripe lists the newest first, so a range that holds more is halved. */
async function listOldest(
  { stripe }: Deps,
  from: number,
  end: number,
): Promise<{ readonly events: ListedEvent[]; readonly until: number }> {
  for (let until = end; ; until = from + Math.ceil((until - from) / 2)) {
    const created = { from: new Date(from), until: new Date(until + 1000) }; // includes the second that it ends in
    const limit = until - from > 1000 ? batchSize : Number.POSITIVE_INFINITY; // a second cannot be halved
    const events: ListedEvent[] = [];
    for await (const event of stripe.listUndeliveredEvents(eventTypes, created)) {
      events.push(event);
      if (events.length > limit) break;
    }
    if (events.length <= limit) return { events: events.reverse(), until };
  }
}
