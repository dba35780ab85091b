import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { sessionTokenSeconds } from '../jwt/tokens.ts';
import type { Account } from './check-credentials.ts';

/** A token for the Authorization header. */
export type Issued = { readonly accessToken: string; readonly expiresInSeconds: number };

/** A session's token, and what gets the next one. */
export type IssuedSession = Issued & { readonly refreshToken: string; readonly endsAt: Date };

/** What a user's token says of them. */
export function toStaff({ id: userId, orgId, email, role, tokenGeneration: generation }: Account): Staff {
  return { kind: 'staff', userId, orgId, email, role, generation };
}

/** The tokens of a session at this turn. Its refresh token is always the same, so a client that lost the reply gets it again. */
export async function issue(
  { tokens, now }: Deps,
  staff: Staff & { readonly sid: string; readonly provedAt: number },
  turn: number,
  endsAt: Date,
): Promise<IssuedSession> {
  const { userId, orgId, sid } = staff;
  return {
    accessToken: await tokens.signStaff(staff, now(), sessionTokenSeconds),
    expiresInSeconds: sessionTokenSeconds,
    refreshToken: await tokens.signRefresh({ userId, orgId, sid, turn }, endsAt),
    endsAt,
  };
}
