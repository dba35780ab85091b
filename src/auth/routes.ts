import { type Context, Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { deleteRefreshCookie, readRefreshCookie, setRefreshCookie } from '../http/refresh-cookie.ts';
import { sameOrigin } from '../http/same-origin.ts';
import { validate } from '../http/validate.ts';
import { getSettings } from '../orgs/settings.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { beginSession } from './begin-session.ts';
import { changePassword } from './change-password.ts';
import { endAllSessions, endSession, signOut } from './end-sessions.ts';
import type { Issued, IssuedSession } from './issued.ts';
import { listSessions } from './list-sessions.ts';
import { login } from './login.ts';
import { prove } from './prove.ts';
import { refreshSession } from './refresh-session.ts';
import {
  AcceptBody,
  ChangePasswordBody,
  CodeBody,
  ForgotBody,
  LoginBody,
  ProofBody,
  ResetBody,
  SessionPath,
} from './schemas.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  getSecondFactor,
  makeRecoveryCodes,
  removeSecondFactor,
} from './second-factor.ts';
import { requestReset, setForgottenPassword } from './set-forgotten-password.ts';

export const authRoutes = new Hono<AppEnv>()
  .post('/login', validate('json', LoginBody), async (c) => {
    const credentials = { ...c.req.valid('json'), ip: clientAddress(c) };
    return c.json(toToken(await login(c.var.deps, credentials)));
  })
  .post('/sessions', sameOrigin, validate('json', LoginBody), async (c) =>
    signedIn(c, await beginSession(c.var.deps, { ...c.req.valid('json'), ...visitor(c) })),
  )
  .post('/invitation', sameOrigin, validate('json', AcceptBody), async (c) =>
    signedIn(c, await acceptInvitation(c.var.deps, { ...c.req.valid('json'), ...visitor(c) })),
  )
  .post('/password/forgot', validate('json', ForgotBody), async (c) => {
    await requestReset(c.var.deps, { ...c.req.valid('json'), ip: clientAddress(c) });
    return c.json({ asked: true }, 202);
  })
  .post('/password/reset', sameOrigin, validate('json', ResetBody), async (c) =>
    signedIn(c, await setForgottenPassword(c.var.deps, { ...c.req.valid('json'), ...visitor(c) })),
  )
  .post('/refresh', sameOrigin, async (c) => begun(c, await refreshSession(c.var.deps, readRefreshCookie(c))))
  .post('/logout', sameOrigin, async (c) => {
    await signOut(c.var.deps, readRefreshCookie(c), clientAddress(c));
    deleteRefreshCookie(c);
    return c.json({ ended: true });
  })
  .get('/sessions', authenticateStaff, async (c) => {
    const { deps, actor } = c.var;
    const open = await listSessions(deps, actor);
    const data = open.map(({ id, userAgent, createdAt, lastUsedAt, expiresAt }) => ({
      id,
      user_agent: userAgent,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt.toISOString(),
      expires_at: expiresAt.toISOString(),
      is_current: id === actor.sid,
    }));
    return c.json({ data });
  })
  .post('/sessions/end', authenticateStaff, async (c) => {
    await endAllSessions(c.var.deps, c.var.actor, clientAddress(c));
    return c.json({ ended: true });
  })
  .post('/sessions/:sid/end', authenticateStaff, validate('param', SessionPath), async (c) => {
    await endSession(c.var.deps, c.var.actor, c.req.valid('param').sid, clientAddress(c));
    return c.json({ ended: true });
  })
  .post('/password', authenticateStaff, validate('json', ChangePasswordBody), async (c) => {
    const { current_password: current, new_password: next } = c.req.valid('json');
    return c.json(
      toToken(await changePassword(c.var.deps, c.var.actor, { current, next, ip: clientAddress(c) })),
    );
  })
  .post('/proof', authenticateStaff, validate('json', ProofBody), async (c) =>
    c.json(toToken(await prove(c.var.deps, c.var.actor, { ...c.req.valid('json'), ip: clientAddress(c) }))),
  )
  .get('/second_factor', authenticateStaff, async (c) => {
    const { isOn, recoveryCodesLeft } = await getSecondFactor(c.var.deps, c.var.actor);
    return c.json({ is_on: isOn, recovery_codes_left: recoveryCodesLeft });
  })
  .post('/second_factor', authenticateStaff, async (c) =>
    c.json(await beginSecondFactor(c.var.deps, c.var.actor), 201),
  )
  .post('/second_factor/confirm', authenticateStaff, validate('json', CodeBody), async (c) => {
    const { code } = c.req.valid('json');
    const codes = await confirmSecondFactor(c.var.deps, c.var.actor, code, clientAddress(c));
    return c.json({ recovery_codes: codes });
  })
  .post('/second_factor/recovery_codes', authenticateStaff, async (c) =>
    c.json({ recovery_codes: await makeRecoveryCodes(c.var.deps, c.var.actor, clientAddress(c)) }, 201),
  )
  .post('/second_factor/remove', authenticateStaff, async (c) => {
    await removeSecondFactor(c.var.deps, c.var.actor, clientAddress(c));
    return c.json({ removed: true });
  })
  .get('/me', authenticateStaff, async (c) => {
    const { userId, orgId, email, role } = c.var.actor;
    const org = await getSettings(c.var.deps, c.var.actor);
    return c.json({
      user_id: userId,
      org_id: orgId,
      email,
      role,
      org_name: org.letterhead.name,
      currency: org.currency,
      deposit_percent: org.depositPercent,
      deposit: org.deposit,
      time_zone: org.timeZone,
      valid_days: org.validDays,
      pay_in_full: org.mayPayInFull,
      terms: org.terms,
      mail: org.mail,
      first_steps: org.firstSteps,
    });
  });

/** Where a request comes from. */
function visitor(c: Context<AppEnv>) {
  return { ip: clientAddress(c), userAgent: c.req.header('user-agent')?.slice(0, 400) ?? null };
}

function toToken({ accessToken, expiresInSeconds }: Issued) {
  return { access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds };
}

/** Answers a person who has just signed in. The session that the browser had before ends: its tabs go on as this user. */
async function signedIn(c: Context<AppEnv>, session: IssuedSession) {
  await signOut(c.var.deps, readRefreshCookie(c), clientAddress(c));
  return begun(c, session);
}

/** Answers a session's tokens. */
function begun(c: Context<AppEnv>, session: IssuedSession) {
  setRefreshCookie(c, session.refreshToken, session.endsAt);
  return c.json(toToken(session));
}
