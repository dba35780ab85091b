import { and, eq, isNull, sql } from 'drizzle-orm';
import { audit } from '../audit/record.ts';
import { sessions, users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';

/** Ends the session of a refresh token. An invalid token, or one of an ended session, ends nothing. One request. */
export async function signOut(
  { db, tokens, now }: Deps,
  refreshToken: string | undefined,
  ip: string | null,
): Promise<void> {
  const refresh = await tokens.parseRefresh(refreshToken ?? '', now()).catch(() => null);
  if (!refresh) return;
  const { sid, userId, orgId } = refresh;
  await db.execute(sql`
    with ended as (
      update sessions set ended_at = now() where id = ${sid} and user_id = ${userId} and ended_at is null returning id)
    insert into audit_log (org_id, user_id, action, ip)
      select ${orgId}::bigint, ${userId}::bigint, 'signed_out', ${ip}::text from ended`);
}

/** Ends one of the user's sessions, with its tokens. Throws `login_session_not_found`. One request. */
export async function endSession({ db }: Deps, actor: Staff, sid: string, ip: string | null): Promise<void> {
  authorize(actor, 'account:write');
  const own = and(eq(sessions.id, sid), eq(sessions.userId, actor.userId));
  const [, found] = await writeAs(db, actor, [
    db.execute(sql`
      with ended as (
        update sessions set ended_at = now() where ${own} and ended_at is null returning user_agent)
      insert into audit_log (org_id, user_id, action, about, ip)
        select ${actor.orgId}::bigint, ${actor.userId}::bigint, 'session_ended', user_agent, ${ip}::text from ended`),
    db.select({ id: sessions.id }).from(sessions).where(own),
  ]);
  if (found.length === 0) throw new AppError('login_session_not_found', 'You have no such session.');
}

/** Ends all of the user's sessions, and all tokens that were handed out to programs in their name. One request. */
export async function endAllSessions({ db }: Deps, actor: Staff, ip: string | null): Promise<void> {
  authorize(actor, 'account:write');
  const { orgId, userId } = actor;
  await writeAs(db, actor, [
    audit(db, { orgId, userId, action: 'sessions_ended', ip }),
    // The user first, as everywhere: two that lock in another order would wait for each other.
    db.update(users).set({ tokenGeneration: sql`token_generation + 1` }).where(eq(users.id, userId)),
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt))),
  ]);
}
