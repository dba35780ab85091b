import { and, desc, eq } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { sessions } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { isAlive, mostOpenSessions } from './begin-session.ts';

/** Where a user is signed in, the last used first: a bounded number, see `beginSession`. One request. */
export async function listSessions({ db }: Deps, actor: Staff) {
  authorize(actor, 'account:read');
  const { id, userAgent, createdAt, turnedAt, expiresAt, tokenGeneration } = sessions;
  const [rows] = await readAs(db, actor, [
    db
      .select({ id, userAgent, createdAt, lastUsedAt: turnedAt, expiresAt })
      .from(sessions)
      .where(and(eq(sessions.userId, actor.userId), isAlive, eq(tokenGeneration, actor.generation ?? 0)))
      .orderBy(desc(turnedAt))
      .limit(mostOpenSessions),
  ]);
  return rows;
}
