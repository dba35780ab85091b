import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { AtOnce } from '../http/limits.ts';
import { validate } from '../http/validate.ts';
import { getAttention } from './get-attention.ts';
import { getNumbers } from './get-numbers.ts';
import { NumbersQuery } from './schemas.ts';

/** A report reads a year of an org's log at most: more at once would hold up the database for everyone. */
const numbers = new AtOnce('numbers', 2);
const attention = new AtOnce('attention', 4);

export const reportRoutes = new Hono<AppEnv>()
  .get('/numbers', authenticateStaff, validate('query', NumbersQuery), async (c) => {
    const { days, time_zone: timeZone } = c.req.valid('query');
    const { deps, actor } = c.var;
    return c.json(await numbers.run(deps, () => getNumbers(deps, actor, { days, timeZone })));
  })
  .get('/attention', authenticateStaff, async (c) => {
    const { deps, actor } = c.var;
    return c.json(await attention.run(deps, () => getAttention(deps, actor)));
  });
