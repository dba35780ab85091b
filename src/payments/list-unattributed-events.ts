import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { stripeEvents } from '../db/schema.ts';
import type { EventPlace } from '../log/reconciliation.ts';

const listLimit = 100;

/** Money of the last 30 days that matches no proposal. */
const isUnattributed = sql`outcome = 'unattributed' and ${stripeEvents.receivedAt} > now() - interval '30 days'`;

/** The oldest of those events after a place, 100 at most, and the place of the last; null if no more follow. One request. */
export async function listUnattributedEvents(db: Database, after: EventPlace | null) {
  const isAfter = after
    ? sql`(${stripeEvents.receivedAt}, ${stripeEvents.id}) > (${new Date(after.receivedAt).toISOString()}::timestamptz, ${after.id})`
    : undefined;
  const order = [asc(stripeEvents.receivedAt), asc(stripeEvents.id)];
  const events = await selectUnattributedEvents(db, listLimit, isAfter, order);
  const last = events.length === listLimit ? events.at(-1) : undefined;
  return { events, last: last ? { receivedAt: last.receivedAt.getTime(), id: last.id } : null };
}

/** The newest of them. */
export function selectNewestUnattributedEvents(db: Database, limit: number) {
  // A report has little room: a payload that is larger than any of Stripe's is left to the operator.
  const isSmall = sql`octet_length(payload::text) <= 65536`;
  return selectUnattributedEvents(db, limit, isSmall, [desc(stripeEvents.receivedAt)]);
}

/** How many there are. One request. */
export function countUnattributedEvents(db: Database): Promise<number> {
  return db.$count(stripeEvents, isUnattributed);
}

/** Forgets an event that turned out to be another product's, with its customers' data. One request. */
export async function deleteEvent(db: Database, id: string): Promise<void> {
  await db.delete(stripeEvents).where(eq(stripeEvents.id, id));
}

/** The payload is whole, and text: it may hold what PostgreSQL's JSON operators do not read (\u0000). */
function selectUnattributedEvents(db: Database, limit: number, condition: SQL | undefined, order: SQL[]) {
  return db
    .select({
      id: stripeEvents.id,
      payload: sql<string>`payload::text`,
      receivedAt: stripeEvents.receivedAt,
    })
    .from(stripeEvents)
    .where(and(isUnattributed, condition))
    .orderBy(...order)
    .limit(limit);
}
