import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { Role } from '../domain/actor.ts';
import { AppError } from '../errors.ts';
import { countAgainst } from '../http/limits.ts';
import type { Refresh } from '../jwt/tokens.ts';
import { type IssuedSession, issue, toStaff } from './issued.ts';

type Turned = {
  readonly id: number;
  readonly orgId: number;
  readonly email: string;
  readonly role: Role;
  readonly tokenGeneration: number;
  readonly turn: number;
  readonly expiresAt: string;
  readonly hasEnded: boolean;
};

/**
 * The next tokens of a session. The refresh token is replaced each time; within 30 s the one before gets the same successor,
 * for tabs that wake at once and for a lost reply. A later use of an old one means that somebody has a copy, and ends the
 * session (RFC 9700, 4.14.2). So does a week without use. One request, two where there is no session. Rejects with `token_missing`, `token_expired` or `token_invalid`.
 */
export async function refreshSession(deps: Deps, refreshToken: string | undefined): Promise<IssuedSession> {
  if (!refreshToken) throw new AppError('token_missing', 'You are not signed in.');
  const { sid, turn, userId, orgId } = await deps.tokens.parseRefresh(refreshToken, deps.now());
  await countAgainst(deps, [
    { limit: 'user', key: `session:${sid}` },
    { limit: 'org', key: `org:${orgId}` },
  ]);
  // Where a change of the user's password or role was under way, the statement has waited for it, and has seen the session after it with
  // the user before it (READ COMMITTED): what it does not find, it looks for once more.
  const row =
    (await turnOver(deps.db, { sid, turn, userId })) ?? (await turnOver(deps.db, { sid, turn, userId }));
  if (!row || row.hasEnded) throw new AppError('token_invalid', 'You were signed out. Sign in again.');
  return issue(deps, { ...toStaff(row), sid }, row.turn, new Date(row.expiresAt));
}

async function turnOver(
  db: Database,
  { sid, turn, userId }: Pick<Refresh, 'sid' | 'turn' | 'userId'>,
): Promise<Turned | undefined> {
  const { rows } = await db.execute(sql`
    update sessions set
      turn = case when turn = ${turn} then turn + 1 else turn end,
      turned_at = case when turn = ${turn} then now() else turned_at end,
      ended_at = case when turn = ${turn} or (turn = ${turn} + 1 and turned_at > now() - interval '30 s') then null
        else now() end
    from users
    where sessions.id = ${sid} and users.id = user_id and user_id = ${userId}
      and ended_at is null and expires_at > now() and turned_at > now() - interval '7 days'
      and deactivated_at is null and sessions.token_generation = users.token_generation
    returning users.id::float8, org_id::float8 as "orgId", email, role, users.token_generation as "tokenGeneration",
      turn, expires_at as "expiresAt", ended_at is not null as "hasEnded"`);
  const [row] = rows as unknown as Turned[]; // sound: what the statement returns
  return row;
}
