import type { Deps } from '../deps.ts';
import { eventTypes } from '../stripe/decode-event.ts';
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

/** Records every event that no webhook took, up to now, and closes sessions that were made and never recorded. */
export async function followStripe(deps: Deps, record: (rawBody: string) => Promise<unknown>): Promise<void> {
  const { shards, now } = deps;
  const start = now().getTime();
  const { eventsUntil = Number.POSITIVE_INFINITY } = await shards.reconciliation();
  // Progress that is in the future means: this is the first run, or a clock was wrong.
  const last = eventsUntil > start ? start - firstRunMs : eventsUntil;
  let from = Math.max(last - overlapMs, start - listedMs);
  const failures: unknown[] = [];
  while (from < start) {
    const { events, until } = await listOldest(deps, from, start);
    const created = { from: new Date(from - orphanAgeMs), until: new Date(until - orphanAgeMs) };
    const parts = [forEach(events, record), expireOrphans(deps, created)];
    // The next run retries what fails; it must not block what comes after it.
    for (const part of await Promise.allSettled(parts)) {
      if (part.status === 'rejected') failures.push(part.reason);
    }
    if (failures.length === 0) await shards.noteReconciliation({ eventsUntil: until });
    from = until;
  }
  if (failures.length > 0) throw failures[0];
}

/** The oldest undelivered events, one batch of them. Stripe lists the newest first, so a range that holds more is halved. */
async function listOldest(
  { stripe }: Deps,
  from: number,
  end: number,
): Promise<{ readonly events: string[]; readonly until: number }> {
  for (let until = end; ; until = from + Math.ceil((until - from) / 2)) {
    const created = { from: new Date(from), until: new Date(until + 1000) }; // includes the second that it ends in
    const limit = until - from > 1000 ? batchSize : Number.POSITIVE_INFINITY; // a second cannot be halved
    const events: string[] = [];
    for await (const event of stripe.listUndeliveredEvents(eventTypes, created)) {
      events.push(event);
      if (events.length > limit) break;
    }
    if (events.length <= limit) return { events, until };
  }
}
