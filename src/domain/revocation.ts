import type { Actor, Customer, Staff } from './actor.ts';
import type { Rejection, Ruling } from './decision.ts';
import type { Proposal } from './proposal.ts';

/**
 * A link opens its proposal until this long after the last entry, or after it was mailed: a balance is paid by it, weeks or
 * months later.
 */
export const linkIdleMs = 180 * 24 * 3_600_000;

/** The longest that a link's token lasts, from its sending on. The link ends long before, when the proposal has been idle. */
export const linkLifetimeMs = 10 * 365 * 24 * 3_600_000;

/** What a user's row says now. */
export type UserNow = Pick<Staff, 'orgId' | 'role'> & {
  readonly tokenGeneration: number;
  readonly isActive: boolean;
  /** Those of the sessions that were asked about that have not ended. */
  readonly openSessions: readonly string[];
};

/** Whether a user's token still says what their row says, and its session is open. A row that is gone ends it too. */
export function isCurrentUser({ orgId, role, generation, sid }: Staff, user: UserNow | undefined): boolean {
  if (generation === undefined) return true;
  const isSame = user?.orgId === orgId && user.role === role && user.tokenGeneration === generation;
  return isSame && user.isActive && (sid === undefined || user.openSessions.includes(sid));
}

/** Why a link does not open its proposal any more: it was revoked, or nothing has happened for too long. */
export function whyLinkEnded(
  link: Customer,
  { linkGeneration, lastEntryAt }: Pick<Proposal, 'linkGeneration' | 'lastEntryAt'>,
  now: Date,
): Rejection | null {
  const { generation, issuedAt = 0 } = link;
  if (generation !== undefined && generation !== linkGeneration) return tokenRevoked(link);
  if (lastEntryAt === null) return null;
  const idleMs = now.getTime() - Math.max(lastEntryAt.getTime(), issuedAt);
  if (idleMs <= linkIdleMs) return null;
  return { rejected: 'token_expired', detail: 'This link has expired. Ask the sender for a new one.' };
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
