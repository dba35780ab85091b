import type { Actor, Customer, Staff } from './actor.ts';
import type { Rejection, Ruling } from './decision.ts';
import type { Proposal } from './proposal.ts';

/** What a user's row says now. */
export type UserNow = Pick<Staff, 'orgId' | 'role'> & {
  readonly tokenGeneration: number;
  readonly isActive: boolean;
};

/** Whether a user's token still says what their row says. A row that is gone ends it too. */
export function isCurrentUser({ orgId, role, generation }: Staff, user: UserNow | undefined): boolean {
  if (generation === undefined) return true;
  const isSame = user?.orgId === orgId && user.role === role && user.tokenGeneration === generation;
  return isSame && user.isActive;
}

/** Whether a link is of the generation that opens its proposal now. */
export function isCurrentLink({ generation }: Customer, linkGeneration: number | undefined): boolean {
  return generation === undefined || generation === linkGeneration;
}

/** The same code as any token that does not count: pages of every version know it (RFC 6750, 3.1: `invalid_token`). */
export function tokenRevoked({ kind }: Actor): Rejection {
  const detail =
    kind === 'staff'
      ? 'This token was revoked. Sign in again.'
      : 'This link was withdrawn or replaced. Ask for a new one.';
  return { rejected: 'token_invalid', detail };
}

/** Ends the links that were handed out. Without one since the last revocation there is nothing to end. */
export function revokeLinks(state: Proposal): Ruling {
  const { linkGeneration, revokedTo, sent } = state;
  const isHandedOut = sent?.linkGeneration === linkGeneration;
  if (revokedTo === linkGeneration && !isHandedOut) return { events: [] };
  return { events: [{ event: 'links_revoked', meta: { link_generation: linkGeneration + 1 } }] };
}
