import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { sessions, users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Role, Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';
import { type Member, memberColumns } from './list-team.ts';

/** Writes of an org come one after the other (`writeAs`), so two admins cannot remove each other at once. */
const isLastAdmin = sql`(role = 'admin' and deactivated_at is null and not exists (select from users as other
  where other.org_id = users.org_id and other.id <> users.id and other.role = 'admin' and other.deactivated_at is null))`;

/**
 * Gives one of the org's people another role. Their tokens and sessions end (migration 0008), so that they sign in with it.
 * Rejects with `user_not_found`, and `last_admin` where no admin would be left. One request.
 */
export async function changeRole({ db }: Deps, actor: Staff, userId: number, role: Role): Promise<Member> {
  authorize(actor, 'team:write');
  const ofOrg = and(eq(users.id, userId), eq(users.orgId, actor.orgId));
  const [, [member]] = await writeAs(db, actor, [
    db
      .update(users)
      .set({ role })
      .where(and(ofOrg, ne(users.role, role), sql`not ${isLastAdmin}`)),
    db.select(memberColumns).from(users).where(ofOrg),
  ]);
  if (!member) throw notFound();
  if (member.role !== role) throw lastAdmin();
  return member;
}

/** Signs one of the org's people out at once, and lets them in no more. Rejects as `changeRole` does. One request. */
export async function deactivateMember({ db }: Deps, actor: Staff, userId: number): Promise<Member> {
  authorize(actor, 'team:write');
  const ofOrg = and(eq(users.id, userId), eq(users.orgId, actor.orgId));
  const [, , [member]] = await writeAs(db, actor, [
    db
      .update(users)
      .set({ deactivatedAt: sql`now()` })
      .where(and(ofOrg, isNull(users.deactivatedAt), sql`not ${isLastAdmin}`)),
    db
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(
        and(
          isNull(sessions.endedAt),
          sql`user_id in (select id from users where id = ${userId} and org_id = ${actor.orgId} and deactivated_at is not null)`,
        ),
      ),
    db.select(memberColumns).from(users).where(ofOrg),
  ]);
  if (!member) throw notFound();
  if (!member.deactivatedAt) throw lastAdmin();
  return member;
}

/** Lets one of the org's people in again, with the password that they had. Rejects with `user_not_found`. One request. */
export async function reactivateMember({ db }: Deps, actor: Staff, userId: number): Promise<Member> {
  authorize(actor, 'team:write');
  const ofOrg = and(eq(users.id, userId), eq(users.orgId, actor.orgId));
  const [, [member]] = await writeAs(db, actor, [
    db.update(users).set({ deactivatedAt: null }).where(ofOrg),
    db.select(memberColumns).from(users).where(ofOrg),
  ]);
  if (!member) throw notFound();
  return member;
}

const notFound = () => new AppError('user_not_found', 'Your organization has no such user.');

const lastAdmin = () => new AppError('last_admin', 'An organization needs an admin. Make another one first.');
