import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { audit } from '../audit/record.ts';
import { createBooksGateway } from '../books/gateway.ts';
import { booksAuthorizations } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { isRejection } from '../domain/decision.ts';
import { authorize } from '../domain/permissions.ts';
import type { ErrorCode } from '../errors.ts';
import { networkOf } from '../http/client-address.ts';
import { countAgainst } from '../http/limits.ts';

/** How long a person may take at Intuit. */
const authorizationMs = 10 * 60_000;

/**
 * Begins to connect an org's books. Resolves with Intuit's page, and with what the browser must hold meanwhile: Intuit hands back
 * `state` alone, and anybody can send a victim to our callback with a `state` of their own. One request.
 */
export async function beginConnecting(
  deps: Deps,
  actor: Staff,
): Promise<{ readonly url: string; readonly nonce: string }> {
  authorize(actor, 'org:write');
  const gateway = createBooksGateway(deps.config);
  const { booksKeys } = deps.config;
  void booksKeys; // what is missing is missed before anybody consents
  const [state, nonce] = [random(), random()];
  const url = gateway.authorizeUrl(state);
  const { orgId, userId, generation: tokenGeneration = 0, sid = null } = actor;
  const expiresAt = new Date(deps.now().getTime() + authorizationMs);
  await writeAs(deps.db, actor, [
    // One at a time for each user; expired ones are deleted, too.
    deps.db.execute(
      sql`delete from books_authorizations where user_id = ${userId} or (org_id = ${orgId} and expires_at < now())`,
    ),
    deps.db.insert(booksAuthorizations).values({
      ...{ stateHash: hash(state), nonceHash: hash(nonce), orgId, userId, tokenGeneration, sid, expiresAt },
    }),
  ]);
  return { url, nonce };
}

/** What Intuit's redirect carries, and the browser's cookie. */
export type Returned = {
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly realmId?: string | undefined;
  readonly error?: string | undefined;
  readonly nonce: string | undefined;
};

/** Why a company was not connected, for the page that says so. */
export type NotConnected = 'link_over' | 'denied' | 'no_company' | ErrorCode;

/**
 * Finishes it. Both values must be those that were handed out, and are good once; the user must still be an admin, and the session
 * open. Resolves with why nothing was connected, or null.
 */
export async function finishConnecting(
  deps: Deps,
  { code, state, realmId, error, nonce }: Returned,
  ip: string | null,
): Promise<NotConnected | null> {
  if (!state || !nonce) return 'link_over';
  await countAgainst(deps, [{ limit: 'link', key: `callback:${ip && networkOf(ip)}` }]);
  const { rows } = await deps.db.execute<{ orgId: number; userId: number }>(sql`
    delete from books_authorizations begun using users
    where state_hash = ${hash(state)} and nonce_hash = ${hash(nonce)} and begun.expires_at > now() and users.id = begun.user_id
      and users.org_id = begun.org_id and role = 'admin' and deactivated_at is null
      and users.token_generation = begun.token_generation
      and (sid is null or exists (select from sessions where id = sid and ended_at is null and sessions.expires_at > now()))
    returning begun.org_id::float8 as "orgId", begun.user_id::float8 as "userId"`);
  const [begun] = rows;
  if (!begun) return 'link_over';
  if (error || !code) return 'denied';
  if (!realmId || !/^\d{1,30}$/.test(realmId)) return 'no_company';
  const { orgId, userId } = begun;
  const connected = await deps.courierOf(orgId).connectBooks(code, realmId);
  if (isRejection(connected)) return connected.rejected;
  await deps.db.batch([
    audit(deps.db, { orgId, userId, action: 'books_connected', about: connected.companyName, ip }),
    deps.db.execute(wakeBookings(orgId)),
  ]);
  deps.waitUntil(deps.pokes.poke(orgId));
  return null;
}

/** What waits for the books is tried again now. */
export function wakeBookings(orgId: number) {
  return sql`update outbox set try_at = now()
    where org_id = ${orgId} and channel = 'books' and ended_at is null and state = 'blocked'`;
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
