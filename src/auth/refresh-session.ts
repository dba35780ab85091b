import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { countAgainst } from '../http/limits.ts';
import type { Refresh } from '../jwt/tokens.ts';
import { isAlive } from './begin-session.ts';
import type { Account } from './check-credentials.ts';
import { type IssuedSession, issue, toStaff } from './issued.ts';

type Turned = Account & {
  readonly turn: number;
  readonly provedAt: string;
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
  // If it waited for a change of the user's password, the statement has compared the new session with the old user (READ COMMITTED), and
  // found nothing: a second one sees both as they are.
  const turnOver = () => tryToTurn(deps.db, { sid, turn, userId });
  const row = (await turnOver()) ?? (await turnOver());
  if (!row || row.hasEnded) throw new AppError('token_invalid', 'You were signed out. Sign in again.');
  const provedAt = new Date(row.provedAt).getTime();
  return issue(deps, { ...toStaff(row), sid, provedAt }, row.turn, new Date(row.expiresAt));
}

async function tryToTurn(
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
      and ${isAlive}
      and deactivated_at is null and sessions.token_generation = users.token_generation
    returning users.id::float8, org_id::float8 as "orgId", email, role, users.token_generation as "tokenGeneration",
      turn, proved_at as "provedAt", expires_at as "expiresAt", ended_at is not null as "hasEnded"`);
  const [row] = rows as unknown as Turned[]; // sound: what the statement returns
  return row;
}
