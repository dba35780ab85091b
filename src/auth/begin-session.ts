import { and, desc, eq, isNotNull, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import { audit } from '../audit/record.ts';
import { sessions } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { type Credentials, checkCredentials, type User } from './check-credentials.ts';
import { type IssuedSession, issue, toStaff } from './issued.ts';

/** A session ends this long after the sign-in, however much it is used. */
const lifetimeMs = 30 * 24 * 3_600_000;

/** So many are open at most: signing in once more ends the oldest. */
export const mostOpenSessions = 20;

/** The browser that somebody signs in with. */
export type Visitor = { readonly userAgent: string | null; readonly ip: string | null };

/** Signs a user in for the right password. Two requests. Rejects as `checkCredentials` does. */
export async function beginSession(
  deps: Deps,
  { userAgent, ...credentials }: Credentials & Visitor,
): Promise<IssuedSession> {
  const user = await checkCredentials(deps, credentials);
  return openSession(deps, user, { userAgent, ip: credentials.ip }, 'signed_in');
}

/** A session of who has proved who they are. One request, which also deletes the user's sessions that ended 30 days ago. */
export async function openSession(
  deps: Deps,
  user: Pick<User, 'id' | 'orgId' | 'email' | 'role' | 'tokenGeneration'>,
  { userAgent, ip }: Visitor,
  action: 'signed_in' | 'joined' | 'password_reset',
): Promise<IssuedSession> {
  const { db } = deps;
  const [sid, endsAt] = [crypto.randomUUID(), new Date(deps.now().getTime() + lifetimeMs)];
  const { id: userId, tokenGeneration } = user;
  const ofUser = eq(sessions.userId, userId);
  const newest = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(ofUser, isNull(sessions.endedAt)))
    .orderBy(desc(sessions.createdAt))
    .limit(mostOpenSessions);
  const aMonthAgo = sql`now() - interval '30 days'`;
  await db.batch([
    audit(db, { orgId: user.orgId, userId, action, ip }),
    db.insert(sessions).values({ id: sid, userId, tokenGeneration, userAgent, expiresAt: endsAt }),
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(ofUser, isNull(sessions.endedAt), notInArray(sessions.id, newest))),
    db
      .delete(sessions)
      .where(
        and(
          ofUser,
          or(
            and(isNotNull(sessions.endedAt), lt(sessions.endedAt, aMonthAgo)),
            lt(sessions.expiresAt, aMonthAgo),
          ),
        ),
      ),
  ]);
  return issue(deps, { ...toStaff(user), sid }, 0, endsAt);
}
