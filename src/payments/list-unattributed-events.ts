import { desc, sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { stripeEvents } from '../db/schema.ts';

/** Events of the last 30 days about money that matches no proposal: their number, and the newest 100 as JSON texts. */
export async function listUnattributedEvents(
  db: Database,
): Promise<{ readonly total: number; readonly newest: string[] }> {
  const rows = await selectUnattributedEvents(db, 100);
  return { total: rows[0]?.total ?? 0, newest: rows.map(({ payload }) => payload) };
}

/**
 * The newest of them, each with their total number. The payload is whole, and text: it may hold what PostgreSQL's JSON
 * operators do not read (\u0000).
 */
export function selectUnattributedEvents(db: Database, limit: number) {
  return db
    .select({
      id: stripeEvents.id,
      payload: sql<string>`payload::text`,
      receivedAt: stripeEvents.receivedAt,
      total: sql`count(*) over ()`.mapWith(Number),
    })
    .from(stripeEvents)
    .where(sql`outcome = 'unattributed' and ${stripeEvents.receivedAt} > now() - interval '30 days'`)
    .orderBy(desc(stripeEvents.receivedAt))
    .limit(limit);
}
