import { findBooksStanding } from '../books/standing.ts';
import { eraseFrozen, findDueOrgs, findOldestDue } from '../couriers/outbox.ts';
import type { Deps } from '../deps.ts';
import type { Outcome } from '../domain/observation.ts';
import { decodeUnlessInvalid } from '../stripe/decode-event.ts';
import { expireObsoleteCheckouts } from './expire-checkouts.ts';
import { expireDueCheckout } from './expire-due-checkouts.ts';
import { finishRefunds } from './finish-refunds.ts';
import { followStripe } from './follow-stripe.ts';
import { type Failed, forEach } from './for-each.ts';
import { countUnattributedEvents, deleteEvent, listUnattributedEvents } from './list-unattributed-events.ts';
import { settle } from './settle.ts';

/**
 * Makes up for whatever webhooks, customers and failed calls left undone: it records the events that Stripe could not
 * deliver, settles or closes sessions that are past their time or obsolete, retries unattributed money, and has couriers take
 * what is due. It also looks at what has run out by the clock. Two runs at once are safe, since every write goes through the
 * same verbs as any other. Tries every part; rejects if one failed.
 */
export async function reconcile(deps: Deps): Promise<void> {
  await deps.shards.catchUp();
  if (deps.config.devMode) return finishOwn(deps);
  const due = await deps.shards.takeDueCheckouts();
  const [followed, closed, retried, refunded, own] = await Promise.allSettled([
    followStripe(deps, (rawBody) => recordEvent(deps, rawBody)),
    forEach(due, (checkout) => expireDueCheckout(deps, checkout)),
    retryUnattributed(deps),
    finishRefunds(deps),
    finishOwn(deps),
  ]);
  for (const part of [followed, closed, retried, refunded, own])
    if (part.status === 'rejected') throw part.reason;
  const failures = [
    ...(followed.status === 'fulfilled' ? followed.value : []),
    ...(closed.status === 'fulfilled' ? closed.value.map(({ error }) => error) : []),
    ...(retried.status === 'fulfilled' ? retried.value.map(({ error }) => error) : []),
    ...(refunded.status === 'fulfilled' ? refunded.value.map(({ error }) => error) : []),
  ];
  if (failures.length > 0) throw failures[0];
  await deps.shards.noteReconciliation({ succeededAt: deps.now().getTime() });
}

/** What Stripe has no part in. */
async function finishOwn({ db, shards, pokes, waitUntil }: Deps): Promise<void> {
  const looked = await Promise.allSettled([shards.noteLapses(), shards.repairOutbox()]);
  for (const orgId of await findDueOrgs(db)) waitUntil(pokes.poke(orgId)); // a run waits for no courier
  await eraseFrozen(db);
  const oldestDue = { mail: 0, books: 0, ...(await findOldestDue(db)) };
  await shards.noteReconciliation({ oldestDue, books: await findBooksStanding(db) });
  for (const part of looked) if (part.status === 'rejected') throw part.reason;
}

/**
 * Tries the next of the unattributed events again, the oldest first, round and round: an event may match its proposal, or
 * its payment, by now. Those that an earlier version stored without asking whose they are are asked about once.
 */
async function retryUnattributed(deps: Deps): Promise<Failed<unknown>[]> {
  const { db, shards, now } = deps;
  const { retriedUntil = null, ...before } = await shards.reconciliation();
  const { unjudgedUntil = now().getTime(), hasUnjudged = false } = before;
  const { events, last } = await listUnattributedEvents(db, retriedUntil);
  const failed = await forEach(events, async ({ id, payload, receivedAt }) => {
    const isJudged = unjudgedUntil === null || receivedAt.getTime() > unjudgedUntil;
    const outcome = await recordEvent(deps, payload, isJudged);
    if (outcome === 'foreign') await deleteEvent(db, id);
  });
  const isIncomplete = hasUnjudged || failed.length > 0;
  await shards.noteReconciliation({
    retriedUntil: last,
    unjudgedUntil: last || isIncomplete ? unjudgedUntil : null,
    hasUnjudged: last !== null && isIncomplete,
    unattributed: await countUnattributedEvents(db),
  });
  return failed;
}

/** `isJudged`: it is known to be ours, so Stripe need not be asked. */
async function recordEvent(deps: Deps, rawBody: string, isJudged = false): Promise<Outcome> {
  const decoded = decodeUnlessInvalid(rawBody);
  if (!decoded) return 'ignored';
  const { observation, event } = decoded;
  const settled = await settle(deps, observation, { via: 'reconciler', event, brief: true, isJudged });
  await expireObsoleteCheckouts(deps, settled);
  return settled.outcome;
}
