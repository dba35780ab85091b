import { sql } from 'drizzle-orm';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';

/**
 * Has one booking tried again now that waits for somebody. What may just be made over there waits until that is certain. One
 * request.
 */
export async function tryBookingAgain(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  bookingId: string,
): Promise<void> {
  authorize(actor, 'payments:write', proposalId);
  const { db } = deps;
  const ofIt = sql`id = ${bookingId}::uuid and proposal_id = ${proposalId} and org_id = ${actor.orgId}
    and channel = 'books'`;
  const isWaiting = sql`ended_at is null and state in ('blocked', 'queued')`;
  const [{ rows }] = await writeAs(db, actor, [
    db.execute<{ isWaiting: boolean }>(sql`select ${isWaiting} as "isWaiting" from outbox where ${ofIt}`),
    db.execute(sql`update outbox set try_at = now() where ${ofIt} and ${isWaiting}`),
  ]);
  const [booking] = rows;
  if (!booking) throw new AppError('booking_not_found', 'The proposal has no such booking.');
  if (!booking.isWaiting) throw new AppError('booking_not_blocked', 'It waits for nothing.');
  deps.waitUntil(deps.pokes.poke(actor.orgId));
}
