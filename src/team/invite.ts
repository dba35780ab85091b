import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { type AuditAction, invitations, orgs } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Role, Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';
import { accountMail, invitationMessage } from '../mail/account-messages.ts';

const lifetimeMs = 72 * 3_600_000;

/** How many people an org has at most, with those whom it has invited. */
export const mostPeople = 200;

export type InvitationRow = typeof invitations.$inferSelect;

/** An invitation, and whether its mail went out, did not, or could not, since the deployment has no vendor. */
export type Invited = {
  readonly invitation: InvitationRow;
  /** Null once the mail is out: only its reader is to have the link. */
  readonly url: string | null;
  readonly mail: 'sent' | 'failed' | 'not_configured';
};

/** How many an org sends an hour at most, with those that it has withdrawn. */
const mostAnHour = 100;

/** A second click, or a retry, makes no other link. */
const isFresh = sql`invitations.sent_at > now() - interval '1 minute'`;

/** Whether an invitation waits to be accepted, or has expired. */
export const isOpen = sql`accepted_at is null and withdrawn_at is null`;

/**
 * Invites a person by mail: the link works once, for 72 hours. A person who is already invited gets a new link, with the role given
 * now, and the previous link ends. Rejects with `already_a_member`, `team_full` and `rate_limited`. Two requests, and one to the vendor.
 */
export async function invite(
  deps: Deps,
  actor: Staff,
  { email, role, ip }: { readonly email: string; readonly role: Role; readonly ip: string | null },
): Promise<Invited> {
  authorize(actor, 'team:write');
  const { db, now } = deps;
  const { orgId } = actor;
  checkMail(deps);
  const isKnown = sql`exists (select from invitations where org_id = ${orgId} and email = ${email} and ${isOpen})`;
  const isFull = sql`(select count(*) from users where org_id = ${orgId} and deactivated_at is null)
    + (select count(*) from invitations where org_id = ${orgId} and ${isOpen}) >= ${mostPeople}`;
  const isTooOften = sql`(select count(*) from invitations where org_id = ${orgId}
    and sent_at > now() - interval '1 hour') >= ${mostAnHour}`;
  const expiresAt = new Date(now().getTime() + lifetimeMs).toISOString();
  const [, , rows, [about]] = await writeAs(db, actor, [
    db.execute(sql`delete from invitations where org_id = ${orgId}
      and coalesce(accepted_at, withdrawn_at) < now() - interval '30 days'`),
    db.execute(sql`
      with invited as (
        insert into invitations (id, org_id, email, role, expires_at)
        select ${crypto.randomUUID()}::uuid, ${orgId}::bigint, ${email}::text, ${role}::text, ${expiresAt}::timestamptz
        where not exists (select from users where email = ${email} and org_id = ${orgId})
          and (${isKnown} or not (${isFull} or ${isTooOften}))
        on conflict (org_id, email) where ${isOpen} do update
          set role = excluded.role, expires_at = excluded.expires_at, sent_at = now(), generation = invitations.generation + 1
          where not (${isFresh} and invitations.role = excluded.role)
        returning email, role)
      ${audited(actor, 'invited', ip)} from invited`),
    db
      .select()
      .from(invitations)
      .where(and(eq(invitations.orgId, orgId), eq(invitations.email, email), isOpen)),
    db
      .select({
        name: orgs.name,
        isMember: sql<boolean>`exists (select from users where email = ${email} and org_id = ${orgId})`,
        isFull: sql<boolean>`${isFull}`,
      })
      .from(orgs)
      .where(eq(orgs.id, orgId)),
  ]);
  const [invitation] = rows;
  if (about?.isMember)
    throw new AppError('already_a_member', 'This person has an account in your organization.');
  if (!invitation || !about) {
    if (about?.isFull) throw new AppError('team_full', `An organization has at most ${mostPeople} people.`);
    throw new AppError('rate_limited', 'Too many invitations. Try again in an hour.');
  }
  return send(deps, actor, about.name, invitation);
}

/** Mails an open invitation again: another link, for 72 hours. Rejects with `invitation_not_found`. */
export async function inviteAgain(deps: Deps, actor: Staff, id: string, ip: string | null): Promise<Invited> {
  authorize(actor, 'team:write');
  const { db, now } = deps;
  checkMail(deps);
  const ofOrg = and(eq(invitations.id, id), eq(invitations.orgId, actor.orgId), isOpen);
  const expiresAt = new Date(now().getTime() + lifetimeMs).toISOString();
  const [, [invitation], [org]] = await writeAs(db, actor, [
    db.execute(sql`
      with invited as (
        update invitations set expires_at = ${expiresAt}::timestamptz, sent_at = now(), generation = generation + 1
        where ${ofOrg} and not ${isFresh} returning email, role)
      ${audited(actor, 'invited', ip)} from invited`),
    db.select().from(invitations).where(ofOrg),
    db.select({ name: orgs.name }).from(orgs).where(eq(orgs.id, actor.orgId)),
  ]);
  if (!invitation || !org) throw notFound();
  return send(deps, actor, org.name, invitation);
}

/** Ends an invitation. One that was accepted is a user by now: `invitation_not_found`. A second click changes nothing. One request. */
export async function withdrawInvitation(
  { db }: Deps,
  actor: Staff,
  id: string,
  ip: string | null,
): Promise<void> {
  authorize(actor, 'team:write');
  const ofOrg = and(
    eq(invitations.id, id),
    eq(invitations.orgId, actor.orgId),
    isNull(invitations.acceptedAt),
  );
  const [, found] = await writeAs(db, actor, [
    db.execute(sql`
      with withdrawn as (
        update invitations set withdrawn_at = now() where ${ofOrg} and withdrawn_at is null returning email, role)
      ${audited(actor, 'invitation_withdrawn', ip)} from withdrawn`),
    db.select({ id: invitations.id }).from(invitations).where(ofOrg),
  ]);
  if (found.length === 0) throw notFound();
}

/** The entry of what an admin did to an invitation, up to where it is selected from. */
function audited({ orgId, userId }: Staff, action: AuditAction, ip: string | null): SQL {
  return sql`insert into audit_log (org_id, user_id, action, about, ip)
    select ${orgId}::bigint, ${userId}::bigint, ${action}::text, email || ': ' || role, ${ip}::text`;
}

/** Where a person accepts an invitation. The same row always has the same link. */
export async function invitationUrl(
  { tokens, config }: Deps,
  orgName: string,
  { id, generation, email, expiresAt }: InvitationRow,
): Promise<string> {
  const token = await tokens.signInvitation({ id, generation }, { orgName, email }, expiresAt);
  return `${config.portalUrl}/staff/invitation#token=${token}`;
}

/** Throws `not_configured` before anything is written. */
function checkMail({ config, mail }: Deps): void {
  void config.portalUrl;
  if (!config.hasMail) return;
  void config.mailFrom;
  mail.check();
}

async function send(deps: Deps, actor: Staff, orgName: string, invitation: InvitationRow): Promise<Invited> {
  const { db, config, mail } = deps;
  const { id, generation, email } = invitation;
  if (invitation.mailedGeneration === generation) return { invitation, url: null, mail: 'sent' };
  const url = await invitationUrl(deps, orgName, invitation);
  if (!config.hasMail) return { invitation, url, mail: 'not_configured' };
  const to = { from: config.mailFrom, orgName, to: email, kind: 'invitation' };
  // The vendor sends one mail for one key, however often it is asked.
  const key = `${id}:${generation}`;
  const { outcome } = await mail.send(accountMail(to, invitationMessage(orgName, actor.email, url)), key);
  if (outcome !== 'accepted') return { invitation, url, mail: 'failed' };
  await db.update(invitations).set({ mailedGeneration: generation }).where(eq(invitations.id, id));
  return { invitation, url: null, mail: 'sent' };
}

const notFound = () => new AppError('invitation_not_found', 'There is no such open invitation.');
