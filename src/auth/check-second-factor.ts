import { verifyTOTP } from '@epic-web/totp';
import { sql } from 'drizzle-orm';
import { encodeBase64Url } from 'hono/utils/encode';
import { auditFailure } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { AppError, invalidField } from '../errors.ts';

/** Codes that may be tried in an hour before one is right: of a million, three count at any time. */
const mostAttempts = 10;

/** Whether the hour has passed that the first of the attempts began. */
const isOver = sql`(attempts = 0 or attempts_since < now() - interval '1 hour')`;

/** Whether the user has a second factor that is confirmed; selected from `users`. */
export const hasSecondFactor = sql<boolean>`exists (select from second_factors
  where user_id = users.id and confirmed_at is not null)`;

/** What authenticator apps make of a key, all alike (RFC 6238). */
export const totp = { algorithm: 'SHA-1', digits: 6, period: 30 } as const;

const stepNow = () => Math.floor(Date.now() / 1000 / totp.period);

/** The time step that a code is of, if it is now's or one of those beside it, for clocks that are off (RFC 6238, 5.2). */
export async function stepOf(code: string, secret: string): Promise<number | null> {
  const step = stepNow();
  const match = await verifyTOTP({ ...totp, otp: code.replace(/[\s-]/g, ''), secret, window: 1 });
  if (step !== stepNow()) return stepOf(code, secret); // a step has ended meanwhile: of which one it is, is not certain
  return match && step + match.delta;
}

/** How a recovery code is kept, however it was typed. */
export async function hashRecoveryCode(userId: number, code: string): Promise<string> {
  const bare = code.replace(/[\s-]/g, '').toUpperCase();
  const bytes = new TextEncoder().encode(`${userId}:${bare}`);
  return encodeBase64Url(await crypto.subtle.digest('SHA-256', bytes));
}

/**
 * Resolves if the code is right, and takes it: of two uses, at once or later, one succeeds. Throws `second_factor_required`
 * without one, `invalid_request` about a wrong one, and `too_many_codes` after ten of the app in an hour, which leaves recovery codes. Two
 * requests at most.
 */
export async function checkSecondFactor(
  deps: Deps,
  user: { readonly id: number; readonly orgId: number },
  code: string | undefined,
  ip: string | null,
): Promise<void> {
  if (code === undefined)
    throw new AppError('second_factor_required', 'Send the code of your second factor, too.');
  const isOfApp = /^[\d\s-]+$/.test(code);
  const outcome = isOfApp ? await takeTotp(deps, user.id, code) : await takeRecovery(deps, user, code, ip);
  if (outcome === 'right') return;
  auditFailure(deps, user, ip);
  if (outcome === 'wrong') throw wrongCode();
  throw new AppError(
    'too_many_codes',
    'Too many codes were wrong. Try again in an hour, or use a recovery code.',
  );
}

/** The refusal of a code, wherever it was typed. */
export const wrongCode = () =>
  invalidField('invalid_request', 'code', {
    code: 'wrong_code',
    detail: 'This code is wrong, or was used already.',
  });

type Outcome = 'right' | 'wrong' | 'too_many';

async function takeTotp({ db }: Deps, userId: number, code: string): Promise<Outcome> {
  // An attempt is counted before it is looked at, so that many at once are not more than that.
  const { rows } = await db.execute(sql`
    update second_factors set
      attempts = case when ${isOver} then 1 else attempts + 1 end,
      attempts_since = case when ${isOver} then now() else attempts_since end
    where user_id = ${userId} and (attempts < ${mostAttempts} or ${isOver})
    returning secret`);
  const [factor] = rows as { secret: string }[];
  if (!factor) return 'too_many';
  const step = await stepOf(code, factor.secret);
  if (step === null) return 'wrong';
  const taken = await db.execute(sql`
    update second_factors set last_step = ${step}, attempts = attempts - 1 where user_id = ${userId} and last_step < ${step}
    returning user_id`);
  return taken.rows.length === 1 ? 'right' : 'wrong';
}

async function takeRecovery(
  { db }: Deps,
  { id, orgId }: { readonly id: number; readonly orgId: number },
  code: string,
  ip: string | null,
): Promise<Outcome> {
  const hash = await hashRecoveryCode(id, code);
  const { rows } = await db.execute(sql`
    with taken as (delete from recovery_codes where user_id = ${id} and hash = ${hash} returning user_id)
    insert into audit_log (org_id, user_id, action, ip)
      select ${orgId}::bigint, user_id, 'recovery_code_used', ${ip}::text from taken returning id`);
  return rows.length === 1 ? 'right' : 'wrong';
}
