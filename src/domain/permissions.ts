import { AppError } from '../errors.ts';
import type { Actor, Role } from './actor.ts';

const admins = ['admin'] as const;
const staff = ['admin', 'staff'] as const;
const readers = ['admin', 'staff', 'viewer'] as const;
const customers = ['customer'] as const;
const staffAndCustomers = ['admin', 'staff', 'customer'] as const;
const everyone = ['admin', 'staff', 'viewer', 'customer'] as const;

/** Who holds which permission. A customer holds theirs for the proposal of the link only. */
const holders = {
  'account:read': readers,
  'account:write': readers,
  'factors:write': readers,
  'org:read': readers,
  'org:write': admins,
  'team:read': readers,
  'team:write': admins,
  'audit:read': admins,
  'leads:read': readers,
  'leads:write': staff,
  'proposals:list': readers,
  'proposals:read': everyone,
  'proposals:view': customers,
  'proposals:write': staff,
  'proposals:approve': staffAndCustomers,
  'proposals:decline': staffAndCustomers,
  'payments:write': staff,
  'refunds:write': admins,
  'activity:read': readers,
  'checkouts:write': staffAndCustomers,
  'checkouts:read': everyone,
  'reports:read': readers,
} as const satisfies Record<string, readonly (Role | 'customer')[]>;

const names = { admin: 'admins', staff: 'staff', viewer: 'staff', customer: 'the customer' } as const;

export type Permission = keyof typeof holders;

/** What a session may do only within 15 minutes after its user proved who they are: money that goes out, and who may do what. */
const withProof: readonly Permission[] = ['factors:write', 'org:write', 'team:write', 'refunds:write'];

export function asksForProof(permission: Permission): boolean {
  return withProof.includes(permission);
}

// Sound: an object's keys are its keys.
export const permissions = Object.keys(holders) as Permission[];

export function holdersOf(permission: Permission): readonly (Role | 'customer')[] {
  return holders[permission];
}

export function isAllowed(actor: Actor, permission: Permission): boolean {
  const role = actor.kind === 'staff' ? actor.role : actor.kind;
  return holdersOf(permission).some((holder) => holder === role);
}

/**
 * Throws `forbidden` unless the actor holds the permission and, with a portal link, asks about the proposal of that link; then
 * `proof_required` where a session's last proof is too old.
 * It reads nothing but the token, so a refusal reveals nothing about other proposals. The first line of every verb.
 */
export function authorize(actor: Actor, permission: Permission, proposalId?: number): void {
  if (!isAllowed(actor, permission)) {
    const [who = 'admin'] = [...holdersOf(permission)].reverse();
    throw new AppError('forbidden', `Only ${names[who]} may do this.`);
  }
  if (actor.kind === 'staff' && actor.needsProof && asksForProof(permission))
    throw new AppError('proof_required', 'Prove that it is you first: this asks for your password again.');
  if (actor.kind === 'customer' && proposalId !== undefined && proposalId !== actor.proposalId) {
    throw new AppError('forbidden', 'This link opens another proposal.');
  }
}
