import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { type AuditAction, auditLog, failedSignIns } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { describeCauses } from '../errors.ts';

/** What somebody did: `about` names the person or thing it was done to, if that is not themselves. */
type Doing = {
  readonly orgId: number;
  readonly userId: number;
  readonly action: AuditAction;
  readonly about?: string;
  readonly ip: string | null;
};

/** The statement that records it, for the transaction that does it. */
export function audit(db: Database, doing: Doing) {
  return db.insert(auditLog).values(doing);
}

/** The current hour by the database's clock. */
const thisHour = sql`date_trunc('hour', now())`;

/**
 * Counts a failed sign-in of a user by the hour; the first of an hour is an entry. It runs after the answer, and a failure to count is only
 * logged.
 */
export function auditFailure(
  { db, waitUntil }: Deps,
  user: { readonly id: number; readonly orgId: number },
  ip: string | null,
): void {
  const { id: userId, orgId } = user;
  const counting = db.batch([
    db
      .insert(failedSignIns)
      .values({ userId, hour: thisHour })
      .onConflictDoUpdate({
        target: [failedSignIns.userId, failedSignIns.hour],
        set: { count: sql`${failedSignIns.count} + 1` },
      }),
    db
      .insert(auditLog)
      .values({ orgId, userId, action: 'sign_in_failed', ip, hour: thisHour })
      .onConflictDoNothing(),
  ]);
  waitUntil(counting.then(() => {}, notDone));
}

/** Records what has been done, after the answer. */
export function auditLater({ db, waitUntil }: Deps, doing: Doing): void {
  waitUntil(audit(db, doing).then(() => {}, notDone));
}

function notDone(error: unknown): void {
  console.error(JSON.stringify({ audit: 'failed', causes: describeCauses(error) }));
}
