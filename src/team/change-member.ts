import { and, eq, type SQL, sql } from 'drizzle-orm';
import { removal } from '../auth/second-factor.ts';
import type { AuditAction } from '../db/schema.ts';
import { users } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Role, Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';
import { mostPeople } from './invite.ts';
import { type Member, memberColumns } from './list-team.ts';

/** Whom an admin changes, and from where. */
type About = { readonly userId: number; readonly ip: string | null };

/** Writes of an org come one after the other (`writeAs`), so two admins cannot remove each other at once. */
const isLastAdmin = sql`(role = 'admin' and deactivated_at is null and not exists (select from users as other
  where other.org_id = users.org_id and other.id <> users.id and other.role = 'admin' and other.deactivated_at is null))`;

/**
 * Gives one of the org's people another role. Their tokens and sessions end (migration 0008), so that they sign in with it.
 * Rejects with `user_not_found`, and `last_admin` where no admin would be left. One request.
 */
export async function changeRole(deps: Deps, actor: Staff, about: About, role: Role): Promise<Member> {
  const set = sql`role = ${role}`;
  const when = sql`role <> ${role} and not ${isLastAdmin}`;
  const member = await change(deps, actor, about, { action: 'role_changed', set, when, says: `: ${role}` });
  if (member.role !== role) throw lastAdmin();
  return member;
}

/** Signs one of the org's people out at once, and lets them in no more. Rejects as `changeRole` does. One request. */
export async function deactivateMember(deps: Deps, actor: Staff, about: About): Promise<Member> {
  const set = sql`deactivated_at = now()`;
  const when = sql`deactivated_at is null and not ${isLastAdmin}`;
  const member = await change(deps, actor, about, { action: 'deactivated', set, when });
  if (!member.deactivatedAt) throw lastAdmin();
  return member;
}

/** Lets one of the org's people in again, with the password that they had. Rejects with `user_not_found` and `team_full`. One request. */
export async function reactivateMember(deps: Deps, actor: Staff, about: About): Promise<Member> {
  const set = sql`deactivated_at = null`;
  const when = sql`deactivated_at is not null and (select count(*) from users as other
    where other.org_id = users.org_id and other.deactivated_at is null) < ${mostPeople}`;
  const member = await change(deps, actor, about, { action: 'reactivated', set, when });
  if (member.deactivatedAt)
    throw new AppError('team_full', `An organization has at most ${mostPeople} people.`);
  return member;
}

/** Removes the second factor of one of the org's people, who has lost it. Rejects with `user_not_found`. One request. */
export async function removeMembersSecondFactor(
  deps: Deps,
  actor: Staff,
  { userId, ip }: About,
): Promise<Member> {
  authorize(actor, 'team:write');
  const [, [member]] = await writeAs(deps.db, actor, [
    deps.db.execute(removal(actor, userId, ip)),
    selectMember(deps, actor, userId),
  ]);
  return found(member);
}

function selectMember({ db }: Deps, { orgId }: Staff, userId: number) {
  return db
    .select(memberColumns)
    .from(users)
    .where(and(eq(users.id, userId), eq(users.orgId, orgId)));
}

function found(member: Member | undefined): Member {
  if (!member) throw new AppError('user_not_found', 'Your organization has no such user.');
  return member;
}

/** Changes a person where that is to be, ends their sessions, and says so in the audit log. Returns them as they are then. */
async function change(
  deps: Deps,
  actor: Staff,
  { userId, ip }: About,
  { action, set, when, says = '' }: { action: AuditAction; set: SQL; when: SQL; says?: string },
): Promise<Member> {
  authorize(actor, 'team:write');
  const { db } = deps;
  const { orgId } = actor;
  const [, [member]] = await writeAs(db, actor, [
    db.execute(sql`
      with changed as (
        update users set ${set} where id = ${userId} and org_id = ${orgId} and ${when} returning id, email),
      ended as (
        update sessions set ended_at = now() where user_id in (select id from changed) and ended_at is null)
      insert into audit_log (org_id, user_id, action, about, ip)
        select ${orgId}::bigint, ${actor.userId}::bigint, ${action}::text, email || ${says}::text, ${ip}::text from changed`),
    selectMember(deps, actor, userId),
  ]);
  return found(member);
}

const lastAdmin = () => new AppError('last_admin', 'An organization needs an admin. Make another one first.');
