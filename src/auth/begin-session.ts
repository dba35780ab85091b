import { and, desc, eq, isNull, notInArray, sql } from 'drizzle-orm';
import { audit } from '../audit/record.ts';
import { sessions } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { type Account, type Credentials, checkCredentials } from './check-credentials.ts';
import { type IssuedSession, issue, toStaff } from './issued.ts';

/** A session ends this long after the sign-in, however much it is used. */
const lifetimeMs = 30 * 24 * 3_600_000;

/** Whether a session goes on, but for its user: it ends after a week without use. */
export const isAlive = sql`ended_at is null and expires_at > now() and turned_at > now() - interval '7 days'`;

/** So many are open at most: signing in once more ends the oldest. */
export const mostOpenSessions = 20;

/** The browser that somebody signs in with. */
export type Visitor = { readonly userAgent: string | null; readonly ip: string | null };

/** Signs a user in for the right password, and the right code where they have a second factor. Two requests, three or four with a code. Rejects as `checkCredentials` does. */
export async function beginSession(
  deps: Deps,
  { userAgent, ...credentials }: Credentials & Visitor,
): Promise<IssuedSession> {
  const user = await checkCredentials(deps, credentials);
  return openSession(deps, user, { userAgent, ip: credentials.ip }, 'signed_in');
}

/** Begins a session for a user who has proved their identity. One request, which also deletes the sessions that ended 30 days ago. */
export async function openSession(
  deps: Deps,
  user: Account,
  { userAgent, ip }: Visitor,
  action: 'signed_in' | 'joined' | 'password_reset',
): Promise<IssuedSession> {
  const { db } = deps;
  const sid = crypto.randomUUID();
  const provedAt = deps.now();
  const endsAt = new Date(provedAt.getTime() + lifetimeMs);
  const { id: userId, tokenGeneration } = user;
  const ofUser = eq(sessions.userId, userId);
  const newest = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(ofUser, isNull(sessions.endedAt)))
    .orderBy(desc(sessions.createdAt))
    .limit(mostOpenSessions);
  await db.batch([
    audit(db, { orgId: user.orgId, userId, action, ip }),
    db.insert(sessions).values({ id: sid, userId, tokenGeneration, userAgent, provedAt, expiresAt: endsAt }),
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(ofUser, isNull(sessions.endedAt), notInArray(sessions.id, newest))),
    db.delete(sessions).where(and(ofUser, sql`coalesce(ended_at, expires_at) < now() - interval '30 days'`)),
  ]);
  return issue(deps, { ...toStaff(user), sid, provedAt: provedAt.getTime() }, 0, endsAt);
}
