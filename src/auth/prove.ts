import { eq, sql } from 'drizzle-orm';
import { audit } from '../audit/record.ts';
import { readAs } from '../db/read-as.ts';
import { sessions, users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';
import { sessionTokenSeconds, staffTokenSeconds } from '../jwt/tokens.ts';
import { wrongPassword } from './change-password.ts';
import { type Credentials, checkCredentials } from './check-credentials.ts';
import type { Issued } from './issued.ts';

/**
 * Proves again that a session is used by its user, and answers its token of now: for 15 minutes it may do what asks for a
 * fresh proof, in all tabs. Throws `invalid_request` about a wrong password or code, and what `checkCredentials` throws else.
 * Three requests, four or five with a code.
 */
export async function prove(deps: Deps, actor: Staff, proof: Omit<Credentials, 'email'>): Promise<Issued> {
  authorize(actor, 'account:write');
  const { db, tokens, now } = deps;
  // A token that does not count is no way to try passwords.
  await readAs(db, actor, [db.select({ id: users.id }).from(users).where(eq(users.id, actor.userId))]);
  const user = await checkCredentials(deps, { ...proof, email: actor.email }).catch((error) => {
    throw error instanceof AppError && error.code === 'invalid_credentials'
      ? wrongPassword('password')
      : error;
  });
  if (user.id !== actor.userId) throw wrongPassword('password'); // the address is another account's by now
  const provedAt = now();
  const { sid } = actor;
  await writeAs(db, actor, [
    db
      .update(sessions)
      .set({ provedAt })
      .where(sid ? eq(sessions.id, sid) : sql`false`),
    audit(db, { orgId: actor.orgId, userId: actor.userId, action: 'proved', ip: proof.ip }),
  ]);
  const seconds = sid ? sessionTokenSeconds : staffTokenSeconds;
  const proved = { ...actor, provedAt: provedAt.getTime() };
  return { accessToken: await tokens.signStaff(proved, provedAt, seconds), expiresInSeconds: seconds };
}
