import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { hasSecondFactor } from '../auth/check-second-factor.ts';
import { readAs } from '../db/read-as.ts';
import { invitations, orgs, sessions, users } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize, isAllowed } from '../domain/permissions.ts';
import { type InvitationRow, invitationUrl, isOpen, mostPeople } from './invite.ts';

/** The columns of a member. */
export const memberColumns = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  deactivatedAt: users.deactivatedAt,
  createdAt: users.createdAt,
  /** When one of their sessions was last used, as far as sessions are kept. */
  lastUsedAt: sql<Date | null>`(select max(turned_at) from sessions where user_id = users.id)`.mapWith(
    sessions.turnedAt,
  ),
  hasSecondFactor,
};

export type Member = Pick<
  typeof users.$inferSelect,
  Exclude<keyof typeof memberColumns, 'lastUsedAt' | 'hasSecondFactor'>
> & {
  readonly lastUsedAt: Date | null;
  readonly hasSecondFactor: boolean;
};

/** An org's people, those who are active first, and its open invitations; with their links where there is no mail. One request. */
export async function listTeam(deps: Deps, actor: Staff) {
  authorize(actor, 'team:read');
  const { db } = deps;
  const { orgId } = actor;
  const [members, open, [org]] = await readAs(db, actor, [
    db
      .select(memberColumns)
      .from(users)
      .where(eq(users.orgId, orgId))
      .orderBy(desc(sql`deactivated_at is null`), asc(users.email))
      .limit(2 * mostPeople),
    db
      .select()
      .from(invitations)
      .where(and(eq(invitations.orgId, orgId), isOpen))
      .orderBy(asc(invitations.email))
      .limit(mostPeople),
    db.select({ name: orgs.name }).from(orgs).where(eq(orgs.id, orgId)),
  ]);
  // Where there is mail, only who reads it is to have the link: the mail proves that the address is theirs.
  const mayCopy = !deps.config.hasMail && isAllowed(actor, 'team:write') && !actor.needsProof;
  const withUrl = async (invitation: InvitationRow) => ({
    invitation,
    url: mayCopy && org ? await invitationUrl(deps, org.name, invitation) : null,
  });
  return { members, invitations: await Promise.all(open.map(withUrl)) };
}
