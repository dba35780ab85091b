import { and, eq, sql } from 'drizzle-orm';
import { lastEntryAt, readAs } from '../db/read-as.ts';
import { proposals } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import { linkIdleMs } from '../domain/revocation.ts';

/** Earlier ones are in the activity log. */
const most = 20;

/** Times are ISO 8601. */
type SentRow = {
  readonly at: string;
  readonly version: number;
  readonly generation: number;
  readonly isMailed: boolean;
  readonly by: string | null;
  readonly openedAt: string | null;
  readonly withdrawnAt: string | null;
  readonly replacedAt: string | null;
};

/** A link that was handed out, and what became of it. */
export type SentLink = Pick<SentRow, 'at' | 'version' | 'isMailed' | 'by' | 'openedAt'> & {
  /** The customer's address, as far as it is still theirs. */
  readonly to: string | null;
  readonly state: 'open' | 'withdrawn' | 'replaced' | 'ended';
  /** When it ended, or ends if nothing happens until then; null where that is not known. */
  readonly endsAt: string | null;
};

/** The links of a proposal that were handed out, the newest first: 20 at most. One request. Throws `proposal_not_found`. */
export async function listLinks({ db, now }: Deps, actor: Staff, proposalId: number): Promise<SentLink[]> {
  authorize(actor, 'activity:read', proposalId);
  const { id, orgId, linkGeneration, customerEmail } = proposals;
  const [[proposal], { rows }] = await readAs(db, actor, [
    db
      .select({ linkGeneration, customerEmail, lastEntryAt, voidAt: firstAt('void') })
      .from(proposals)
      .where(and(eq(id, proposalId), eq(orgId, actor.orgId))),
    db.execute<SentRow>(sql`
      select to_json(created_at) #>> '{}' as at, (meta->>'version')::int as version,
        coalesce((meta->>'link_generation')::int, 0) as generation, coalesce((meta->>'mail')::boolean, false) as "isMailed",
        (select email from users where id = (meta->>'user_id')::bigint and org_id = sent.org_id) as by,
        ${after('view')} as "openedAt", ${after('links_revoked')} as "withdrawnAt", ${after('customer_changed')} as "replacedAt"
      from portal_activity_log as sent
      where proposal_id = ${proposalId} and org_id = ${actor.orgId} and event = 'sent' order by seq desc limit ${most}`),
  ]);
  if (!proposal) return orThrow(proposalNotFound());
  return rows.map(({ at, version, isMailed, by, openedAt, generation, withdrawnAt, replacedAt }) => {
    const isCurrent = generation === proposal.linkGeneration;
    const shown = { at, version, isMailed, by, openedAt, to: isCurrent ? proposal.customerEmail : null };
    if (isCurrent) return { ...shown, ...endOf(proposal, now()) };
    const isReplaced =
      replacedAt !== null && (withdrawnAt === null || Date.parse(replacedAt) < Date.parse(withdrawnAt));
    return isReplaced
      ? { ...shown, state: 'replaced', endsAt: replacedAt }
      : { ...shown, state: 'withdrawn', endsAt: withdrawnAt };
  });
}

/** Links of the current generation: they open the proposal until it is void, or nothing has happened for too long. */
function endOf(
  { voidAt, lastEntryAt: last }: { readonly voidAt: string | null; readonly lastEntryAt: string | null },
  now: Date,
): Pick<SentLink, 'state' | 'endsAt'> {
  if (voidAt) return { state: 'ended', endsAt: voidAt };
  const ends = new Date((last ? new Date(last) : now).getTime() + linkIdleMs);
  return { state: ends > now ? 'open' : 'ended', endsAt: ends.toISOString() };
}

const firstAt = (event: string) =>
  sql<string | null>`(select to_json(min(created_at)) #>> '{}' from portal_activity_log
    where proposal_id = proposals.id and event = ${event})`;

/** When such an entry first followed one that a link was sent with. */
const after = (event: string) =>
  sql`(select to_json(min(created_at)) #>> '{}' from portal_activity_log as later
    where later.proposal_id = sent.proposal_id and later.event = ${event} and later.seq > sent.seq)`;
