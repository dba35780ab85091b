import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { getMe } from './get-me.ts';
import { login } from './login.ts';
import { LoginBody } from './schemas.ts';

export const authRoutes = new Hono<AppEnv>()
  .post('/login', validate('json', LoginBody), async (c) => {
    const credentials = { ...c.req.valid('json'), ip: clientAddress(c) };
    const { accessToken, expiresInSeconds } = await login(c.var.deps, credentials);
    return c.json({ access_token: accessToken, token_type: 'bearer', expires_in: expiresInSeconds });
  })
  .get('/me', authenticateStaff, async (c) => {
    const me = await getMe(c.var.deps, c.var.actor);
    const { userId, orgId, email, role, orgName, currency, depositPercent } = me;
    return c.json({
      user_id: userId,
      org_id: orgId,
      email,
      role,
      org_name: orgName,
      currency,
      deposit_percent: depositPercent,
      deposit: me.deposit,
      time_zone: me.timeZone,
      valid_days: me.validDays,
      pay_in_full: me.mayPayInFull,
      terms: me.terms,
      mail: me.mail,
    });
  });
