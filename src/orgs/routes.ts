import { Hono } from 'hono';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { toLetterheadBody } from './letterhead.ts';
import { ChangeOrgBody } from './schemas.ts';
import { changeSettings, getSettings } from './settings.ts';

export const orgRoutes = new Hono<AppEnv>()
  .get('/', authenticateStaff, async (c) => c.json(toBody(await getSettings(c.var.deps, c.var.actor))))
  .patch('/', authenticateStaff, validate('json', ChangeOrgBody), async (c) =>
    c.json(toBody(await changeSettings(c.var.deps, c.var.actor, c.req.valid('json'), clientAddress(c)))),
  );

function toBody({
  timeZone,
  validDays,
  mayPayInFull,
  nextSteps,
  reminderDays,
  depositPercent: _,
  firstSteps: __,
  letterhead,
  ...same
}: Awaited<ReturnType<typeof getSettings>>) {
  return {
    ...toLetterheadBody(letterhead),
    ...same,
    time_zone: timeZone,
    valid_days: validDays,
    pay_in_full: mayPayInFull,
    next_steps: nextSteps,
    reminder_days: reminderDays,
  };
}
