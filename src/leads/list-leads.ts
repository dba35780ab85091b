import { and, desc, eq, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { leads } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';

type LeadRow = typeof leads.$inferSelect;

/** The org's leads, newest first, after the cursor: the last lead of the page before. One request. */
export async function listLeads(
  { db }: Deps,
  actor: Staff,
  cursor: string | undefined,
): Promise<Page<LeadRow>> {
  authorize(actor, 'leads:read');
  const place = sql`(${leads.createdAt}, ${leads.id})`;
  // Of another org, a lead has no place: it must not show when it was made.
  const after =
    cursor &&
    sql`${place} < (select created_at, id from leads where id = ${cursor} and org_id = ${actor.orgId})`;
  const [rows] = await readAs(db, actor, [
    db
      .select()
      .from(leads)
      .where(and(eq(leads.orgId, actor.orgId), after || undefined))
      .orderBy(desc(leads.createdAt), desc(leads.id))
      .limit(pageLimit + 1),
  ]);
  return toPage(rows, (lead) => lead.id);
}
