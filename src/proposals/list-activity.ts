import { and, desc, eq, lt } from 'drizzle-orm';
import { activityLog, proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { accept, notFound } from '../domain/decision.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';

export type EntryRow = typeof activityLog.$inferSelect;

/** A proposal's entries, newest first, before the place that the page before ended with. One request. */
export async function listActivity(
  { db }: Deps,
  actor: Staff,
  proposalId: number,
  cursor: number | undefined,
): Promise<Page<EntryRow>> {
  const rows = await db
    .select({ entry: activityLog })
    .from(proposals)
    .leftJoin(
      activityLog,
      and(eq(activityLog.proposalId, proposals.id), cursor ? lt(activityLog.seq, cursor) : undefined),
    )
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)))
    .orderBy(desc(activityLog.seq))
    .limit(pageLimit + 1);
  if (rows.length === 0) return accept(notFound());
  const entries = rows.flatMap(({ entry }) => entry ?? []);
  return toPage(entries, (entry) => entry.seq ?? 0);
}
