import { and, eq, isNull, sql } from 'drizzle-orm';
import { sessions, users } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { AppError, describeCauses } from '../errors.ts';
import { networkOf } from '../http/client-address.ts';
import { countAgainst } from '../http/limits.ts';
import { accountMail, resetMessage } from '../mail/account-messages.ts';
import { openSession, type Visitor } from './begin-session.ts';
import { passwords } from './check-credentials.ts';
import { checkSecondFactor, hasSecondFactor } from './check-second-factor.ts';
import type { IssuedSession } from './issued.ts';
import { hashPassword } from './password.ts';

const lifetimeMs = 3_600_000;

type Asking = { readonly id: number; readonly tokenGeneration: number; readonly orgName: string };

/**
 * Mails the user of an address a link to set another password, once in five minutes. Anyone may ask, and learns nothing, not
 * even from how long it takes: one request to the database, and the mail goes out afterwards. Throws `mail_off` where the
 * deployment has no vendor for mail.
 */
export async function requestReset(
  deps: Deps,
  { email, ip }: { readonly email: string; readonly ip: string | null },
): Promise<void> {
  await countAgainst(deps, [{ limit: 'login_network', key: `reset:${ip && networkOf(ip)}` }]);
  const { db, config, tokens, mail, now, waitUntil } = deps;
  if (!config.hasMail) throw new AppError('mail_off', 'No mail can be sent from here.');
  mail.check();
  const { mailFrom: from, portalUrl } = config; // what is missing is missed before anything is written
  const { rows } = await db.execute(sql`
    update users set reset_sent_at = now() where email = ${email} and deactivated_at is null
      and (reset_sent_at is null or reset_sent_at < now() - interval '5 minutes')
    returning id::float8, token_generation as "tokenGeneration", (select name from orgs where id = org_id) as "orgName"`);
  const [user] = rows as unknown as Asking[]; // sound: what the statement returns
  if (!user) return;
  const { id: userId, tokenGeneration: generation, orgName } = user;
  const send = async () => {
    const expiresAt = new Date(now().getTime() + lifetimeMs);
    const token = await tokens.signReset({ userId, generation }, email, expiresAt);
    const message = resetMessage(orgName, email, `${portalUrl}/staff/reset#token=${token}`);
    const to = { from, orgName, to: email, kind: 'password_reset' };
    const { outcome } = await mail.send(accountMail(to, message), crypto.randomUUID());
    if (outcome === 'accepted') return;
    console.error(JSON.stringify({ mail: 'password_reset', outcome }));
    await db.update(users).set({ resetSentAt: null }).where(eq(users.id, userId)); // they may ask again at once
  };
  waitUntil(
    send().catch((error) =>
      console.error(JSON.stringify({ mail: 'password_reset', causes: describeCauses(error) })),
    ),
  );
}

/**
 * Sets the password of a user who opened the link that was mailed to them, ends their sessions and tokens, and signs them in.
 * A link is of use once, for an hour, and not to a user who was deactivated (`link_over`). It is no second factor: where there is
 * one, its code is asked for. Three requests, four or five with a code.
 */
export async function setForgottenPassword(
  deps: Deps,
  {
    token,
    password,
    code,
    ...visitor
  }: { readonly token: string; readonly password: string; readonly code?: string | undefined } & Visitor,
): Promise<IssuedSession> {
  await countAgainst(deps, [
    { limit: 'login_network', key: `address:${visitor.ip && networkOf(visitor.ip)}` },
  ]);
  const { db, tokens, now } = deps;
  const { userId, generation } = await tokens.parseReset(token, now());
  const [asking] = await db
    .select({ id: users.id, orgId: users.orgId, hasSecondFactor })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.tokenGeneration, generation), isNull(users.deactivatedAt)));
  if (!asking) throw linkOver();
  const passwordHash = await passwords.run(deps, () => hashPassword(password));
  // Last, since a recovery code is used up by it.
  if (asking.hasSecondFactor) await checkSecondFactor(deps, asking, code, visitor.ip);
  const [[user]] = await db.batch([
    db
      .update(users)
      // Where the answer is lost, they may ask again at once.
      .set({ passwordHash, resetSentAt: null }) // the database raises the generation (migration 0008)
      .where(and(eq(users.id, userId), eq(users.tokenGeneration, generation), isNull(users.deactivatedAt)))
      .returning(),
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(
        and(
          eq(sessions.userId, userId),
          isNull(sessions.endedAt),
          sql`token_generation < (select token_generation from users where id = ${userId})`,
        ),
      ),
  ]);
  if (!user) throw linkOver();
  return openSession(deps, user, visitor, 'password_reset');
}

const linkOver = () => new AppError('link_over', 'This link was used already, or does not count any more.');
