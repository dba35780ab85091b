import { sql } from 'drizzle-orm';
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch';
import type { Staff } from '../domain/actor.ts';
import { orThrow } from '../domain/decision.ts';
import { tokenRevoked } from '../domain/revocation.ts';
import { type Database, sqlState } from './client.ts';
import { openSessions } from './read-as.ts';

/** SQLSTATE `division_by_zero`: what the statement fails with where the token does not count. */
const revoked = '22012';

/**
 * The results of statements that write for a user, in one transaction. One request, which first makes sure that the user's
 * token still counts; no admin can change that meanwhile. Throws `token_invalid`, and then has written nothing.
 */
export async function writeAs<const T extends readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]]>(
  db: Database,
  actor: Staff,
  queries: T,
): Promise<BatchResponse<T>> {
  const { userId, orgId, role, generation = 0, sid } = actor;
  const isOpen = sid ? sql`json_array_length(${openSessions(sql.param([sid]))}) = 1` : sql`true`;
  // An org's writes come one after the other, so that what one has checked, another does not change before it is done.
  const lock = db.execute(sql`select from orgs where id = ${orgId} for no key update`);
  const counts = db.execute(sql`
    select 1 / count(*) from users where id = ${userId} and org_id = ${orgId} and role = ${role}
      and token_generation = ${generation} and deactivated_at is null and ${isOpen}`);
  const [, , ...results] = await db.batch([lock, counts, ...queries]).catch((error) => {
    if (sqlState(error) === revoked) return orThrow(tokenRevoked(actor));
    throw error;
  });
  return results as BatchResponse<T>; // sound: those of the queries, in their order
}
