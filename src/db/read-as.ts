import { eq, sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import type { Actor, Customer, Staff } from '../domain/actor.ts';
import { orThrow } from '../domain/decision.ts';
import { isCurrentLink, isCurrentUser, tokenRevoked } from '../domain/revocation.ts';
import type { Database } from './client.ts';
import { proposals, users } from './schema.ts';

type Queries = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]];

/**
 * The results of queries for an actor. One request, which also reads whether the actor's token still counts. Throws
 * `token_invalid` where it was revoked.
 */
export async function readAs<const T extends Queries>(
  db: Database,
  actor: Actor,
  queries: T,
): Promise<BatchResponse<T>> {
  const { isCurrent, results } =
    actor.kind === 'staff' ? await readAsUser(db, actor, queries) : await readAsLink(db, actor, queries);
  if (!isCurrent) return orThrow(tokenRevoked(actor));
  return results as BatchResponse<T>; // sound: those of the queries, in their order
}

async function readAsUser(db: Database, actor: Staff, queries: Queries) {
  const { orgId, role, tokenGeneration, deactivatedAt } = users;
  const user = db
    .select({ orgId, role, tokenGeneration, isActive: sql<boolean>`${deactivatedAt} is null` })
    .from(users)
    .where(eq(users.id, actor.userId));
  const [[now], ...results] = await db.batch([user, ...queries]);
  return { isCurrent: isCurrentUser(actor, now), results };
}

async function readAsLink(db: Database, actor: Customer, queries: Queries) {
  const { linkGeneration } = proposals;
  const link = db.select({ linkGeneration }).from(proposals).where(eq(proposals.id, actor.proposalId));
  const [[now], ...results] = await db.batch([link, ...queries]);
  // Without a proposal the queries find nothing, and say so.
  return { isCurrent: !now || isCurrentLink(actor, now.linkGeneration), results };
}
