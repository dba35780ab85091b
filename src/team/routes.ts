import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import {
  changeRole,
  deactivateMember,
  reactivateMember,
  removeMembersSecondFactor,
} from './change-member.ts';
import { type InvitationRow, type Invited, invite, inviteAgain, withdrawInvitation } from './invite.ts';
import { listTeam, type Member } from './list-team.ts';
import { InvitationPath, InviteBody, RoleBody, UserPath } from './schemas.ts';

export const teamRoutes = new Hono<AppEnv>()
  .get('/', authenticateStaff, async (c) => {
    const { members, invitations } = await listTeam(c.var.deps, c.var.actor);
    return c.json({
      members: members.map(toMember),
      invitations: invitations.map(({ invitation, url }) => toInvitation(invitation, url)),
    });
  })
  .post('/invitations', authenticateStaff, validate('json', InviteBody), async (c) =>
    c.json(
      toInvited(await invite(c.var.deps, c.var.actor, { ...c.req.valid('json'), ip: clientAddress(c) })),
      201,
    ),
  )
  .post(
    '/invitations/:invitation_id/send',
    authenticateStaff,
    validate('param', InvitationPath),
    async (c) => {
      const { invitation_id: id } = c.req.valid('param');
      return c.json(toInvited(await inviteAgain(c.var.deps, c.var.actor, id, clientAddress(c))));
    },
  )
  .post(
    '/invitations/:invitation_id/withdraw',
    authenticateStaff,
    validate('param', InvitationPath),
    async (c) => {
      await withdrawInvitation(c.var.deps, c.var.actor, c.req.valid('param').invitation_id, clientAddress(c));
      return c.json({ withdrawn: true });
    },
  )
  .patch(
    '/members/:user_id',
    authenticateStaff,
    validate('param', UserPath),
    validate('json', RoleBody),
    async (c) => {
      const about = { userId: c.req.valid('param').user_id, ip: clientAddress(c) };
      return c.json(toMember(await changeRole(c.var.deps, c.var.actor, about, c.req.valid('json').role)));
    },
  )
  .post('/members/:user_id/deactivate', authenticateStaff, validate('param', UserPath), async (c) => {
    const about = { userId: c.req.valid('param').user_id, ip: clientAddress(c) };
    return c.json(toMember(await deactivateMember(c.var.deps, c.var.actor, about)));
  })
  .post('/members/:user_id/reactivate', authenticateStaff, validate('param', UserPath), async (c) => {
    const about = { userId: c.req.valid('param').user_id, ip: clientAddress(c) };
    return c.json(toMember(await reactivateMember(c.var.deps, c.var.actor, about)));
  })
  .post(
    '/members/:user_id/second_factor/remove',
    authenticateStaff,
    validate('param', UserPath),
    async (c) => {
      const about = { userId: c.req.valid('param').user_id, ip: clientAddress(c) };
      return c.json(toMember(await removeMembersSecondFactor(c.var.deps, c.var.actor, about)));
    },
  );

function toMember({ id, email, name, role, deactivatedAt, createdAt, lastUsedAt, hasSecondFactor }: Member) {
  return {
    user_id: id,
    email,
    name,
    role,
    is_active: deactivatedAt === null,
    has_second_factor: hasSecondFactor,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}

function toInvitation({ id, email, role, sentAt, expiresAt }: InvitationRow, url: string | null) {
  return {
    id,
    email,
    role,
    sent_at: sentAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    invitation_url: url,
  };
}

function toInvited({ invitation, url, mail }: Invited) {
  return { ...toInvitation(invitation, url), mail };
}
