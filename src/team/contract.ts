import * as v from 'valibot';
import { roles } from '../domain/actor.ts';
import { type Contracts, Id, Time } from '../http/contract.ts';
import { InvitationPath, InviteBody, RoleBody, UserPath } from './schemas.ts';

const RoleName = v.picklist(roles);

const Member = v.object({
  user_id: Id,
  email: v.string(),
  name: v.nullable(v.string()),
  role: RoleName,
  is_active: v.boolean(),
  has_second_factor: v.boolean(),
  created_at: Time,
  last_used_at: v.pipe(v.nullable(Time), v.description('When they last used the page.')),
});

const invitation = {
  id: v.pipe(v.string(), v.uuid()),
  email: v.string(),
  role: RoleName,
  sent_at: Time,
  expires_at: Time,
  invitation_url: v.pipe(
    v.nullable(v.string()),
    v.description(
      'What the mail links to, where it is not out: hand it over in another way. Otherwise null, since the mail proves whose address it is.',
    ),
  ),
};

const Invitation = v.object(invitation);

const Invited = v.object({
  ...invitation,
  mail: v.pipe(
    v.picklist(['sent', 'failed', 'not_configured']),
    v.description(
      'Whether the mail is out. If it is not, hand the link over in another way, or send it again.',
    ),
  ),
});

const aMember = {
  user_id: 2,
  email: 'grace@example.com',
  name: 'Grace Hopper',
  role: 'staff',
  is_active: true,
  has_second_factor: false,
  created_at: '2026-11-26T09:00:00.000Z',
  last_used_at: '2026-11-26T10:00:00.000Z',
} as const;

const anInvitation = {
  id: '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11',
  email: 'grace@example.com',
  role: 'staff',
  sent_at: '2026-11-26T09:00:00.000Z',
  expires_at: '2026-11-29T09:00:00.000Z',
  invitation_url: null,
} as const;

const ofInvitation = { path: InvitationPath, example: { path: { invitation_id: anInvitation.id } } } as const;
const ofMember = { path: UserPath, example: { path: { user_id: '2' } } } as const;

export const teamContracts = {
  'GET /team': {
    id: 'listTeam',
    tag: 'Team',
    summary: "List the organization's people and open invitations",
    permission: 'team:read',
    example: {},
    answer: {
      status: 200,
      description: 'Those who are active first: 200 at most, and as many who were deactivated.',
      body: v.object({
        members: v.pipe(v.array(Member), v.maxLength(400)),
        invitations: v.pipe(v.array(Invitation), v.maxLength(200)),
      }),
      example: { members: [aMember], invitations: [anInvitation] },
    },
    problems: [],
  },
  'POST /team/invitations': {
    id: 'invite',
    tag: 'Team',
    summary: 'Invite a person',
    description:
      'Mails a link that is of use once, for 72 hours. For an address that is invited already it replaces the link before; within a minute it changes nothing.',
    permission: 'team:write',
    body: InviteBody,
    example: { body: { email: 'grace@example.com', role: 'staff' } },
    answer: {
      status: 201,
      description: 'The invitation.',
      body: Invited,
      example: { ...anInvitation, mail: 'sent' },
    },
    problems: ['invalid_request', 'already_a_member', 'team_full', 'rate_limited'],
  },
  'POST /team/invitations/:invitation_id/send': {
    id: 'inviteAgain',
    tag: 'Team',
    summary: 'Mail an invitation again',
    description: 'Another link, for 72 hours: the one before ends. Within a minute it changes nothing.',
    permission: 'team:write',
    ...ofInvitation,
    answer: {
      status: 200,
      description: 'The invitation.',
      body: Invited,
      example: { ...anInvitation, mail: 'sent' },
    },
    problems: ['invalid_request', 'invitation_not_found'],
  },
  'POST /team/invitations/:invitation_id/withdraw': {
    id: 'withdrawInvitation',
    tag: 'Team',
    summary: 'Withdraw an invitation',
    permission: 'team:write',
    ...ofInvitation,
    answer: {
      status: 200,
      description: 'Its link does not work any more.',
      body: v.object({ withdrawn: v.literal(true) }),
      example: { withdrawn: true },
    },
    problems: ['invalid_request', 'invitation_not_found'],
  },
  'PATCH /team/members/:user_id': {
    id: 'changeRole',
    tag: 'Team',
    summary: 'Give a person another role',
    description: 'They are signed out, and sign in with the new one.',
    permission: 'team:write',
    path: UserPath,
    body: RoleBody,
    example: { path: { user_id: '2' }, body: { role: 'viewer' } },
    answer: { status: 200, description: 'The person.', body: Member, example: aMember },
    problems: ['invalid_request', 'user_not_found', 'last_admin'],
  },
  'POST /team/members/:user_id/deactivate': {
    id: 'deactivateMember',
    tag: 'Team',
    summary: 'Let a person in no more',
    description: 'Their sessions and tokens end at once.',
    permission: 'team:write',
    ...ofMember,
    answer: {
      status: 200,
      description: 'The person.',
      body: Member,
      example: { ...aMember, is_active: false },
    },
    problems: ['invalid_request', 'user_not_found', 'last_admin'],
  },
  'POST /team/members/:user_id/reactivate': {
    id: 'reactivateMember',
    tag: 'Team',
    summary: 'Let a person in again',
    permission: 'team:write',
    ...ofMember,
    answer: { status: 200, description: 'The person.', body: Member, example: aMember },
    problems: ['invalid_request', 'user_not_found', 'team_full'],
  },
  'POST /team/members/:user_id/second_factor/remove': {
    id: 'removeMembersSecondFactor',
    tag: 'Team',
    summary: 'Remove a person’s second factor',
    description: 'For who has lost it and the recovery codes. Their password is enough then.',
    permission: 'team:write',
    ...ofMember,
    answer: { status: 200, description: 'The person.', body: Member, example: aMember },
    problems: ['invalid_request', 'user_not_found'],
  },
} as const satisfies Contracts;

export const teamComponents = { Member, Invitation, Invited };
