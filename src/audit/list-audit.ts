import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { type AuditAction, auditLog, failedSignIns, users } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { pageLimit, toPage } from '../http/page.ts';

/** What an org's people did beside proposals, newest first, after the cursor: the last entry of the page before. One request. */
export async function listAudit(
  { db }: Deps,
  actor: Staff,
  asked: {
    readonly action?: AuditAction | undefined;
    readonly user_id?: number | undefined;
    readonly cursor?: number | undefined;
  },
) {
  authorize(actor, 'audit:read');
  const { id, orgId, userId, action, about, ip, hour, createdAt } = auditLog;
  const [rows] = await readAs(db, actor, [
    db
      .select({
        ...{ id, userId, action, about, ip, createdAt },
        // Of the org, if they are still there.
        email: users.email,
        count: sql<
          number | null
        >`case when ${hour} is null then null else coalesce(${failedSignIns.count}, 1) end`,
      })
      .from(auditLog)
      .leftJoin(users, and(eq(users.id, userId), eq(users.orgId, orgId)))
      .leftJoin(failedSignIns, and(eq(failedSignIns.userId, userId), eq(failedSignIns.hour, hour)))
      .where(
        and(
          eq(orgId, actor.orgId),
          asked.action && eq(action, asked.action),
          asked.user_id === undefined ? undefined : eq(userId, asked.user_id),
          asked.cursor === undefined ? undefined : lt(id, asked.cursor),
        ),
      )
      .orderBy(desc(id))
      .limit(pageLimit + 1),
  ]);
  return toPage(rows, (row) => row.id);
}
