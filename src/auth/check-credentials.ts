import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { auditFailure } from '../audit/record.ts';
import type { Database } from '../db/client.ts';
import { users } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { AppError, describeCauses } from '../errors.ts';
import { networkOf } from '../http/client-address.ts';
import { AtOnce, countAgainst } from '../http/limits.ts';
import { checkSecondFactor, hasSecondFactor } from './check-second-factor.ts';
import { hashPassword, isOutdated, verifyPassword } from './password.ts';

/** Each password takes the isolate for some 150 ms: more at once would hold up its webhooks. */
export const passwords = new AtOnce('passwords', 4);

type User = typeof users.$inferSelect;

/** What a session and a token are made for. */
export type Account = Pick<User, 'id' | 'orgId' | 'email' | 'role' | 'tokenGeneration'>;

export type Credentials = {
  readonly email: string;
  readonly password: string;
  /** Of the second factor. */
  readonly code?: string | undefined;
  readonly ip: string | null;
};

/**
 * The user whose password this is. One request to the database, one more where the hash is of another cost. An unknown
 * account takes as long as a wrong password and gets the same answer (`invalid_credentials`). A user who has a second factor is
 * asked for its code once the password is right, see `checkSecondFactor`. Attempts are limited per
 * network, per account, and in how many are under way at once (`rate_limited`), before anything else.
 */
export async function checkCredentials(
  deps: Deps,
  { email, password, code, ip }: Credentials,
): Promise<User> {
  await countAgainst(deps, [
    { limit: 'login_network', key: `address:${ip && networkOf(ip)}` },
    { limit: 'login_account', key: `account:${email}` },
  ]);
  void deps.tokens; // what is missing is missed before a password is checked
  const user = await passwords.run(deps, async () => {
    const user = await findUser(deps, email, password, ip);
    if (isOutdated(user.passwordHash)) await rehash(deps.db, user, password);
    return user;
  });
  if (user.hasSecondFactor) await checkSecondFactor(deps, user, code, ip);
  return user;
}

/** Keeps the hash of the same password at today's cost. Where that fails, the next login tries again. */
async function rehash(db: Database, { id, passwordHash }: User, password: string): Promise<void> {
  const today = await hashPassword(password);
  await db
    .batch([
      // So that the database does not take it for another password, which would end the user's tokens (migration 0008).
      db.execute(sql`select set_config('portal.rehash', 'on', true)`),
      db
        .update(users)
        .set({ passwordHash: today })
        .where(and(eq(users.id, id), eq(users.passwordHash, passwordHash))),
    ])
    .catch((error) => console.error(JSON.stringify({ rehash: 'failed', causes: describeCauses(error) })));
}

async function findUser(deps: Deps, email: string, password: string, ip: string | null) {
  const [user] = await deps.db
    .select({ ...getTableColumns(users), hasSecondFactor })
    .from(users)
    .where(eq(users.email, email));
  const isRight = await verifyPassword(password, user?.passwordHash ?? null);
  if (user && isRight && !user.deactivatedAt) return user;
  if (user) auditFailure(deps, user, ip);
  throw new AppError('invalid_credentials', 'The email or the password is wrong.');
}
