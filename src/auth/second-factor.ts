import { getTOTPAuthUri } from '@epic-web/totp';
import base32Encode from 'base32-encode';
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import { type AuditAction, orgs, recoveryCodes, secondFactors } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';
import { hashRecoveryCode, stepOf, totp, wrongCode } from './check-second-factor.ts';

// A user's second factor: an authenticator app (TOTP), and recovery codes for when it is lost.

const recoveryCount = 10;

/** Whether it is on, and how many recovery codes are left. One request. */
export async function getSecondFactor({ db }: Deps, actor: Staff) {
  authorize(actor, 'account:read');
  const [[row]] = await readAs(db, actor, [
    db
      .select({ confirmedAt: secondFactors.confirmedAt, left: leftOf(db, actor) })
      .from(secondFactors)
      .where(and(eq(secondFactors.userId, actor.userId), isNotNull(secondFactors.confirmedAt))),
  ]);
  return { isOn: row !== undefined, recoveryCodesLeft: row?.left ?? 0 };
}

const leftOf = (db: Deps['db'], { userId }: Staff) =>
  db.$count(recoveryCodes, eq(recoveryCodes.userId, userId));

/**
 * A key for an authenticator app, instead of one that was not confirmed. It counts once a code of it was seen. Throws
 * `second_factor_on` where one is. One request.
 */
export async function beginSecondFactor({ db }: Deps, actor: Staff) {
  authorize(actor, 'factors:write');
  const secret = randomBase32(20);
  const [begun, [org]] = await writeAs(db, actor, [
    db
      .insert(secondFactors)
      .values({ userId: actor.userId, secret })
      .onConflictDoUpdate({
        target: secondFactors.userId,
        set: { secret },
        setWhere: sql`second_factors.confirmed_at is null`,
      })
      .returning({ userId: secondFactors.userId }),
    db.select({ name: orgs.name }).from(orgs).where(eq(orgs.id, actor.orgId)),
  ]);
  if (begun.length === 0) throw new AppError('second_factor_on', 'You have a second factor already.');
  return {
    secret,
    uri: getTOTPAuthUri({ ...totp, secret, issuer: org?.name ?? '', accountName: actor.email }),
  };
}

/**
 * Switches the second factor on for who sends a code of it, and answers recovery codes, this once. Throws `second_factor_on`,
 * `second_factor_off` where none was begun, and `invalid_request` about a wrong code. Two requests.
 */
export async function confirmSecondFactor(
  deps: Deps,
  actor: Staff,
  code: string,
  ip: string | null,
): Promise<string[]> {
  authorize(actor, 'factors:write');
  const { db } = deps;
  const { userId } = actor;
  const [[factor]] = await readAs(db, actor, [
    db.select().from(secondFactors).where(eq(secondFactors.userId, userId)),
  ]);
  if (!factor) throw new AppError('second_factor_off', 'Begin with a key for your app.');
  if (factor.confirmedAt) throw new AppError('second_factor_on', 'You have a second factor already.');
  const step = await stepOf(code, factor.secret);
  if (step === null) throw wrongCode();
  const confirmed = sql`update second_factors set confirmed_at = now(), last_step = ${step}, attempts = 0
    where user_id = ${userId} and secret = ${factor.secret} and confirmed_at is null returning user_id`;
  const codes = await writeCodes(deps, actor, { change: confirmed, action: 'second_factor_on', ip });
  if (!codes) throw new AppError('second_factor_on', 'You have a second factor already.');
  return codes;
}

/** Other recovery codes instead of all before, answered this once. Throws `second_factor_off`. One request. */
export async function makeRecoveryCodes(deps: Deps, actor: Staff, ip: string | null): Promise<string[]> {
  authorize(actor, 'factors:write');
  const found = sql`select user_id from second_factors where user_id = ${actor.userId} and confirmed_at is not null`;
  const codes = await writeCodes(deps, actor, { change: found, action: 'recovery_codes_made', ip });
  if (!codes) throw new AppError('second_factor_off', 'You have no second factor.');
  return codes;
}

/** Removes the second factor, so that the password is enough. Without one it changes nothing. One request. */
export async function removeSecondFactor({ db }: Deps, actor: Staff, ip: string | null): Promise<void> {
  authorize(actor, 'factors:write');
  await writeAs(db, actor, [db.execute(removal(actor, actor.userId, ip))]);
}

/** The statement that removes the second factor of one of the actor's org, who need not be the actor, and says so in the audit log. */
export function removal({ userId: actorId, orgId }: Staff, userId: number, ip: string | null): SQL {
  return sql`
    with removed as (
      delete from second_factors where user_id = (select id from users where id = ${userId} and org_id = ${orgId})
      returning user_id, confirmed_at),
    gone as (delete from recovery_codes where user_id in (select user_id from removed))
    insert into audit_log (org_id, user_id, action, about, ip)
      select ${orgId}::bigint, ${actorId}::bigint, 'second_factor_off',
        (select email from users where id = user_id and id <> ${actorId}), ${ip}::text
      from removed where confirmed_at is not null`;
}

/** Replaces a user's recovery codes if the change, which returns their `user_id`, was made; otherwise null, and nothing is changed. */
async function writeCodes(
  { db }: Deps,
  actor: Staff,
  { change, action, ip }: { readonly change: SQL; readonly action: AuditAction; readonly ip: string | null },
): Promise<string[] | null> {
  const codes = Array.from({ length: recoveryCount }, () => readable(randomBase32(10)));
  const hashes = await Promise.all(codes.map((code) => hashRecoveryCode(actor.userId, code)));
  const [{ rows }] = await writeAs(db, actor, [
    db.execute(sql`
      with changed as (${change}),
      gone as (delete from recovery_codes where user_id in (select user_id from changed)),
      made as (insert into recovery_codes (user_id, hash)
        select user_id, hash from changed, unnest(${sql.param(hashes)}::text[]) as hash)
      insert into audit_log (org_id, user_id, action, ip)
        select ${actor.orgId}::bigint, user_id, ${action}::text, ${ip}::text from changed returning id`),
  ]);
  return rows.length === 1 ? codes : null;
}

const randomBase32 = (bytes: number) =>
  base32Encode(crypto.getRandomValues(new Uint8Array(bytes)), 'RFC4648', { padding: false });

const readable = (code: string) => (code.match(/.{4}/g) ?? []).join('-');
