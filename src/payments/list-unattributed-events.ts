import { desc, sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { stripeEvents } from '../db/schema.ts';

/** Events of the last 30 days about money that no proposal claims: how many, and the newest of them as JSON texts. */
export async function listUnattributedEvents(
  db: Database,
): Promise<{ readonly total: number; readonly newest: string[] }> {
  const rows = await selectUnattributedEvents(db, 100);
  return { total: rows[0]?.total ?? 0, newest: rows.map(({ payload }) => payload) };
}

/**
 * The newest of them, each with how many there are. The payload is whole and a text: it may hold what no operator of
 * PostgreSQL's reads (\u0000).
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
