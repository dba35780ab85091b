import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { activityLog, type outbox, proposals, type ReportedState } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { orThrow, proposalNotFound } from '../domain/decision.ts';
import type { EntryMeta, EventName } from '../domain/entry.ts';
import type { MailKind } from '../domain/owed.ts';
import { authorize } from '../domain/permissions.ts';
import { type Page, pageLimit, toPage } from '../http/page.ts';

type OutboxRow = typeof outbox.$inferSelect;

export type EntryRow = typeof activityLog.$inferSelect & {
  /** What it owes, and what became of that. Times are texts. */
  readonly owed: readonly (Pick<OutboxRow, 'id' | 'reason'> & {
    readonly channel: 'mail';
    readonly kind: MailKind;
    /** What the vendor reported last, else how far it has come. */
    readonly state: Exclude<OutboxRow['state'], 'expanded' | 'blocked'> | ReportedState;
    readonly userId: number | null;
    readonly dueAt: string;
    readonly endedAt: string | null;
  })[];
  /** What became of what the org's books are to learn of it; null where that is nothing. */
  readonly booking:
    | (Pick<OutboxRow, 'id' | 'reason'> & {
        readonly state: 'queued' | 'sending' | 'blocked' | 'sent' | 'stale';
        readonly endedAt: string | null;
      })
    | null;
  /** The customer's own words, which are not in the log. */
  readonly comment: string | null;
};

/** An event as it is listed. */
export type ListedEvent = {
  [E in EventName]: {
    readonly event: E;
    readonly meta: E extends 'revised'
      ? Omit<EntryMeta[E], 'line_items' | 'replaced' | 'schedule' | 'terms'>
      : EntryMeta[E];
  };
}[EventName];

/** Line items have no small limit, and a page has fifty entries: so an entry says that they changed, and not to what. */
const metaWithoutContents = sql<
  EntryRow['meta']
>`${activityLog.meta} - '{line_items,replaced,schedule,terms}'::text[]`;

/** A row that the courier made others of is left out: those tell. */
const owed = sql<EntryRow['owed']>`(
  select coalesce(json_agg(json_build_object('id', id, 'channel', channel, 'kind', kind,
    'state', coalesce(reported, state), 'reason', reason, 'dueAt', due_at, 'endedAt', coalesce(reported_at, ended_at),
    'userId', substring(share from '^user:([0-9]+)$')::bigint) order by due_at, key), '[]')
  from outbox where proposal_id = ${activityLog.proposalId} and entry_key = ${activityLog.dedupeKey}
    and channel = 'mail' and state <> 'expanded')`;

/** The last one, where the books were connected to another company since. */
const booking = sql<EntryRow['booking']>`(
  select json_build_object('id', id, 'endedAt', ended_at,
    'reason', case state when 'perhaps_sent' then 'no_answer' else reason end,
    'state', case state when 'perhaps_sent' then 'stale' else state end)
  from outbox where proposal_id = ${activityLog.proposalId} and entry_key = ${activityLog.dedupeKey}
    and channel = 'books' and reason is distinct from 'nothing_to_book' order by generation desc limit 1)`;

const comment = sql<string | null>`(
  select text from proposal_comments where id = (${activityLog.meta}->>'comment_id')::uuid)`;

/** A proposal's entries, newest first, after the cursor. One request. */
export async function listActivity(
  { db }: Deps,
  actor: Staff,
  proposalId: number,
  cursor: number | undefined,
): Promise<Page<EntryRow>> {
  authorize(actor, 'activity:read', proposalId);
  const found = db
    .select({ entry: { ...getTableColumns(activityLog), meta: metaWithoutContents, owed, booking, comment } })
    .from(proposals)
    .leftJoin(
      activityLog,
      and(eq(activityLog.proposalId, proposals.id), cursor ? lt(activityLog.seq, cursor) : undefined),
    )
    .where(and(eq(proposals.id, proposalId), eq(proposals.orgId, actor.orgId)))
    .orderBy(desc(activityLog.seq))
    .limit(pageLimit + 1);
  const [rows] = await readAs(db, actor, [found]);
  if (rows.length === 0) return orThrow(proposalNotFound());
  const entries = rows.flatMap(({ entry }) => entry ?? []);
  return toPage(entries, (entry) => entry.seq ?? 0);
}
