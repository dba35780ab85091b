import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { getAttention } from './get-attention.ts';
import { getNumbers } from './get-numbers.ts';
import { NumbersQuery } from './schemas.ts';

export const reportRoutes = new Hono<AppEnv>()
  .get('/numbers', authenticateStaff, validate('query', NumbersQuery), async (c) => {
    const { days, time_zone: timeZone } = c.req.valid('query');
    return c.json(await getNumbers(c.var.deps, c.var.actor, { days, timeZone }));
  })
  .get('/attention', authenticateStaff, async (c) => {
    return c.json(await getAttention(c.var.deps, c.var.actor));
  });
