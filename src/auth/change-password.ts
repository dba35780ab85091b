import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { sessions, users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { type AppError, invalidField } from '../errors.ts';
import { countAgainst } from '../http/limits.ts';
import { sessionTokenSeconds, staffTokenSeconds } from '../jwt/tokens.ts';
import { passwords } from './check-credentials.ts';
import type { Issued } from './issued.ts';
import { hashPassword, verifyPassword } from './password.ts';

/**
 * Sets another password for who knows the present one. All other sessions and tokens of the user end; this one goes on, with
 * the token that is answered. The same request again, where the answer was lost, changes nothing. Two requests. Attempts are
 * limited as sign-ins are.
 */
export async function changePassword(
  deps: Deps,
  actor: Staff,
  { current, next, ip }: { readonly current: string; readonly next: string; readonly ip: string | null },
): Promise<Issued> {
  authorize(actor, 'account:write');
  await countAgainst(deps, [{ limit: 'login_account', key: `account:${actor.email}` }]);
  return passwords.run(deps, async () => {
    const { db, tokens, now } = deps;
    const { userId, sid } = actor;
    const { passwordHash, tokenGeneration } = users;
    const [[user]] = await readAs(db, actor, [
      db.select({ passwordHash }).from(users).where(eq(users.id, userId)),
    ]);
    if (!user) throw wrongPassword('current_password');
    const isRight = await verifyPassword(current, user.passwordHash);
    const seconds = sid ? sessionTokenSeconds : staffTokenSeconds;
    const issue = async (generation: number) => ({
      accessToken: await tokens.signStaff({ ...actor, generation }, now(), seconds),
      expiresInSeconds: seconds,
    });
    if (!isRight) {
      if (!(await verifyPassword(next, user.passwordHash))) throw wrongPassword('current_password');
      return issue(actor.generation ?? 0); // a replay: it is the password already
    }
    const hash = await hashPassword(next);
    const isNext = sql`exists (select from users where id = ${userId} and password_hash = ${hash})`;
    const ofUser = and(eq(sessions.userId, userId), isNull(sessions.endedAt), isNext);
    const [[changed]] = await writeAs(db, actor, [
      db
        .update(users)
        .set({ passwordHash: hash }) // the database raises the generation (migration 0008)
        .where(and(eq(users.id, userId), eq(passwordHash, user.passwordHash)))
        .returning({ tokenGeneration }),
      db
        .update(sessions)
        .set({ tokenGeneration: sql`(select token_generation from users where id = ${userId})` })
        .where(and(ofUser, sid ? eq(sessions.id, sid) : sql`false`)),
      db
        .update(sessions)
        .set({ endedAt: sql`now()` })
        .where(and(ofUser, sid ? ne(sessions.id, sid) : undefined)),
      db.execute(sql`insert into audit_log (org_id, user_id, action, ip)
        select ${actor.orgId}::bigint, ${userId}::bigint, 'password_changed', ${ip}::text where ${isNext}`),
    ]);
    if (!changed) throw wrongPassword('current_password'); // another change came first
    return issue(changed.tokenGeneration);
  });
}

/** The refusal of what was typed into this field. */
export function wrongPassword(name: string): AppError {
  return invalidField('invalid_request', name, {
    code: 'wrong_password',
    detail: 'This is not your password.',
  });
}
