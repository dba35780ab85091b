import { and, eq, isNull, sql } from 'drizzle-orm';
import { invitations, orgs } from '../db/schema.ts';
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

/** An invitation, and whether its mail is out: the vendor has taken it, has not, or there is none. */
export type Invited = {
  readonly invitation: InvitationRow;
  readonly url: string;
  readonly mail: 'sent' | 'failed' | 'not_configured';
};

/** A second click, or a retry, mails nothing again. */
const isFresh = sql`invitations.sent_at > now() - interval '1 minute'`;

const isOpen = sql`accepted_at is null and withdrawn_at is null`;

/**
 * Invites a person by mail: the link is of use once, for 72 hours. Whoever is invited already gets another link, which replaces
 * the one before, with the role of now. Rejects with `already_a_member` and `limit_reached`. One request, and one to the vendor.
 */
export async function invite(
  deps: Deps,
  actor: Staff,
  { email, role }: { readonly email: string; readonly role: Role },
): Promise<Invited> {
  authorize(actor, 'team:write');
  const { db, now } = deps;
  const { orgId } = actor;
  const expiresAt = new Date(now().getTime() + lifetimeMs).toISOString();
  const [, , rows, [about]] = await writeAs(db, actor, [
    db.execute(sql`delete from invitations where org_id = ${orgId}
      and coalesce(accepted_at, withdrawn_at) < now() - interval '30 days'`),
    db.execute(sql`
      insert into invitations (id, org_id, email, role, expires_at)
      select ${crypto.randomUUID()}::uuid, ${orgId}, ${email}, ${role}, ${expiresAt}::timestamptz
      where not exists (select from users where email = ${email} and org_id = ${orgId})
        and (select count(*) from users where org_id = ${orgId} and deactivated_at is null)
          + (select count(*) from invitations where org_id = ${orgId} and ${isOpen} and email <> ${email}) < ${mostPeople}
      on conflict (org_id, email) where ${isOpen} do update
        set role = excluded.role, expires_at = excluded.expires_at, sent_at = now(), generation = invitations.generation + 1
        where not (${isFresh} and invitations.role = excluded.role)`),
    db
      .select()
      .from(invitations)
      .where(and(eq(invitations.orgId, orgId), eq(invitations.email, email), isOpen)),
    db
      .select({
        name: orgs.name,
        isMember: sql<boolean>`exists (select from users where email = ${email} and org_id = ${orgId})`,
      })
      .from(orgs)
      .where(eq(orgs.id, orgId)),
  ]);
  const [invitation] = rows;
  if (about?.isMember)
    throw new AppError('already_a_member', 'This person has an account in your organization.');
  if (!invitation || !about)
    throw new AppError('limit_reached', `An organization has at most ${mostPeople} people.`);
  return send(deps, actor, about.name, invitation);
}

/** Mails an open invitation again: another link, for 72 hours. Rejects with `invitation_not_found`. */
export async function inviteAgain(deps: Deps, actor: Staff, id: string): Promise<Invited> {
  authorize(actor, 'team:write');
  const { db, now } = deps;
  const ofOrg = and(eq(invitations.id, id), eq(invitations.orgId, actor.orgId), isOpen);
  const expiresAt = new Date(now().getTime() + lifetimeMs);
  const [, [invitation], [org]] = await writeAs(db, actor, [
    db
      .update(invitations)
      .set({ expiresAt, sentAt: sql`now()`, generation: sql`generation + 1` })
      .where(and(ofOrg, sql`not ${isFresh}`)),
    db.select().from(invitations).where(ofOrg),
    db.select({ name: orgs.name }).from(orgs).where(eq(orgs.id, actor.orgId)),
  ]);
  if (!invitation || !org) throw notFound();
  return send(deps, actor, org.name, invitation);
}

/** Ends an invitation. One that was accepted is a user by now: `invitation_not_found`. A second click changes nothing. One request. */
export async function withdrawInvitation({ db }: Deps, actor: Staff, id: string): Promise<void> {
  authorize(actor, 'team:write');
  const [withdrawn] = await writeAs(db, actor, [
    db
      .update(invitations)
      .set({ withdrawnAt: sql`coalesce(withdrawn_at, now())` })
      .where(and(eq(invitations.id, id), eq(invitations.orgId, actor.orgId), isNull(invitations.acceptedAt)))
      .returning({ id: invitations.id }),
  ]);
  if (withdrawn.length === 0) throw notFound();
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

async function send(deps: Deps, actor: Staff, orgName: string, invitation: InvitationRow): Promise<Invited> {
  const { config, mail } = deps;
  const url = await invitationUrl(deps, orgName, invitation);
  if (!config.hasMail) return { invitation, url, mail: 'not_configured' };
  const to = { from: config.mailFrom, orgName, to: invitation.email, kind: 'invitation' };
  // The vendor sends one mail for one key, however often it is asked.
  const key = `${invitation.id}:${invitation.generation}`;
  const { outcome } = await mail.send(accountMail(to, invitationMessage(orgName, actor.email, url)), key);
  return { invitation, url, mail: outcome === 'accepted' ? 'sent' : 'failed' };
}

const notFound = () => new AppError('invitation_not_found', 'There is no such open invitation.');
