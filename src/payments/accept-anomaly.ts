import { and, eq } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { activityLog } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';

/** Records that staff looked at an anomaly and accept it: it needs no attention any more. One read, one call to the shard. */
export async function acceptAnomaly(
  { db, shards }: Deps,
  actor: Staff,
  about: { readonly proposalId: number; readonly entryId: number; readonly note: string },
): Promise<Proposal> {
  authorize(actor, 'payments:write', about.proposalId);
  const { proposalId, entryId } = about;
  const found = db
    .select({ id: activityLog.id })
    .from(activityLog)
    .where(
      and(
        eq(activityLog.id, entryId),
        eq(activityLog.orgId, actor.orgId),
        eq(activityLog.proposalId, proposalId),
        eq(activityLog.event, 'payment_anomaly'),
      ),
    );
  const [[anomaly]] = await readAs(db, actor, [found]);
  if (!anomaly) throw new AppError('anomaly_not_found', 'The proposal has no such anomaly.');
  return (await shards.execute({ kind: 'accept_anomaly', actor, ...about })).proposal;
}
