import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { type Refresh, sessionTokenSeconds } from '../jwt/tokens.ts';
import type { User } from './check-credentials.ts';

/** A token for the Authorization header. */
export type Issued = { readonly accessToken: string; readonly expiresInSeconds: number };

/** A session's token, and what gets the next one. */
export type IssuedSession = Issued & { readonly refreshToken: string; readonly endsAt: Date };

/** What a user's token says of them. */
export function toStaff({
  id: userId,
  orgId,
  email,
  role,
  tokenGeneration: generation,
}: Pick<User, 'id' | 'orgId' | 'email' | 'role' | 'tokenGeneration'>): Staff {
  return { kind: 'staff', userId, orgId, email, role, generation };
}

/** The tokens of a session at this turn: always the same refresh token, which whoever lost the reply gets again. */
export async function issue(
  { tokens, now }: Deps,
  staff: Staff & { readonly sid: string },
  turn: number,
  endsAt: Date,
): Promise<IssuedSession> {
  const { userId, orgId, sid } = staff;
  const refresh: Refresh = { userId, orgId, sid, turn };
  return {
    accessToken: await tokens.signStaff(staff, now(), sessionTokenSeconds),
    expiresInSeconds: sessionTokenSeconds,
    refreshToken: await tokens.signRefresh(refresh, endsAt),
    endsAt,
  };
}
