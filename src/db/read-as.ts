import { eq, type Param, type Placeholder, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import type { Actor, Customer, Staff } from '../domain/actor.ts';
import { orThrow } from '../domain/decision.ts';
import { isCurrentUser, tokenRevoked, whyLinkEnded } from '../domain/revocation.ts';
import type { Database } from './client.ts';
import { proposals, users } from './schema.ts';

type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]];

/**
 * The results of queries for an actor. One request, which also reads whether the actor's token still counts. Throws
 * `token_invalid` where it was revoked, `token_expired` where a link has been idle for too long.
 */
export async function readAs<const T extends Queries>(
  db: Database,
  actor: Actor,
  queries: T,
): Promise<BatchResponse<T>> {
  const { ended, results } =
    actor.kind === 'staff' ? await readAsUser(db, actor, queries) : await readAsLink(db, actor, queries);
  if (ended) return orThrow(ended);
  return results as BatchResponse<T>; // sound: those of the queries, in their order
}

async function readAsUser(db: Database, actor: Staff, queries: Queries) {
  const { orgId, role, tokenGeneration, deactivatedAt } = users;
  const sids = sql.param(actor.sid ? [actor.sid] : []);
  const isActive = sql<boolean>`${deactivatedAt} is null`;
  const user = db
    .select({ orgId, role, tokenGeneration, isActive, openSessions: openSessions(sids) })
    .from(users)
    .where(eq(users.id, actor.userId));
  const [[now], ...results] = await db.batch([user, ...queries]);
  return { ended: isCurrentUser(actor, now) ? null : tokenRevoked(actor), results };
}

async function readAsLink(db: Database, actor: Customer, queries: Queries) {
  const { id, linkGeneration } = proposals;
  const link = db.select({ linkGeneration, lastEntryAt }).from(proposals).where(eq(id, actor.proposalId));
  const [[row], ...results] = await db.batch([link, ...queries]);
  if (!row) return { ended: null, results }; // without a proposal the queries find nothing, and say so
  const last = row.lastEntryAt === null ? null : new Date(row.lastEntryAt);
  return { ended: whyLinkEnded(actor, { ...row, lastEntryAt: last }, new Date()), results };
}

/** Which of these sessions are the user's and have not ended, selected from `users`. */
export const openSessions = (sids: Param | Placeholder) =>
  sql<string[]>`(select coalesce(json_agg(id), '[]') from sessions
    where user_id = users.id and id = any(${sids}::uuid[]) and ended_at is null and expires_at > now())`;

/** When a row's last entry was made, ISO 8601; null where it has none. */
export const lastEntryAt = sql<string | null>`(select to_json(created_at) #>> '{}' from portal_activity_log
  where proposal_id = proposals.id order by seq desc limit 1)`;
