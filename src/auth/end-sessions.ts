import { and, eq, isNull, sql } from 'drizzle-orm';
import { sessions, users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';

/** Ends the session that a refresh token is of. A token that is none, or of no open session, ends nothing. One request. */
export async function signOut({ db, tokens, now }: Deps, refreshToken: string | undefined): Promise<void> {
  const refresh = await tokens.parseRefresh(refreshToken ?? '', now()).catch(() => null);
  if (!refresh) return;
  await db
    .update(sessions)
    .set({ endedAt: sql`now()` })
    .where(and(eq(sessions.id, refresh.sid), isNull(sessions.endedAt)));
}

/** Ends one of the user's sessions, with its tokens. Throws `login_session_not_found`. One request. */
export async function endSession({ db }: Deps, actor: Staff, sid: string): Promise<void> {
  authorize(actor, 'account:write');
  const [ended] = await writeAs(db, actor, [
    db
      .update(sessions)
      .set({ endedAt: sql`coalesce(ended_at, now())` })
      .where(and(eq(sessions.id, sid), eq(sessions.userId, actor.userId)))
      .returning({ id: sessions.id }),
  ]);
  if (ended.length === 0) throw new AppError('login_session_not_found', 'You have no such session.');
}

/** Ends all of the user's sessions, and all tokens that were handed out to programs in their name. One request. */
export async function endAllSessions({ db }: Deps, actor: Staff): Promise<void> {
  authorize(actor, 'account:write');
  await writeAs(db, actor, [
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(eq(sessions.userId, actor.userId), isNull(sessions.endedAt))),
    db.update(users).set({ tokenGeneration: sql`token_generation + 1` }).where(eq(users.id, actor.userId)),
  ]);
}
