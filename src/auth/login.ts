import { auditLater } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { staffTokenSeconds } from '../jwt/tokens.ts';
import { type Credentials, checkCredentials } from './check-credentials.ts';
import { type Issued, toStaff } from './issued.ts';

/** A token for a program, for the right password. It is of no session: it lasts for its time, or until it is revoked. */
export async function login(deps: Deps, credentials: Credentials): Promise<Issued> {
  const user = await checkCredentials(deps, credentials);
  const { id: userId, orgId } = user;
  auditLater(deps, { orgId, userId, action: 'signed_in', about: 'program', ip: credentials.ip });
  return {
    accessToken: await deps.tokens.signStaff(toStaff(user), deps.now()),
    expiresInSeconds: staffTokenSeconds,
  };
}
