import * as v from 'valibot';
import { isTimeZone } from '../domain/calendar.ts';
import { audiences, topics } from '../domain/notify.ts';
import { coded, email, paragraphs } from '../http/fields.ts';
import { Deposit } from '../proposals/schemas.ts';
import { line } from '../schemas.ts';

/** Up to three days in order, each within 60 days of the sending. */
const ReminderDays = v.pipe(
  v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(60))),
  v.maxLength(3),
  v.check(
    (days) => days.every((day, index) => day > (days[index - 1] ?? 0)),
    'Must be in order, each day once.',
  ),
);

/** Missing fields stay as they are. */
export const ChangeOrgBody = v.object({
  name: v.optional(line(200)),
  email: v.optional(v.nullable(email)),
  time_zone: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(100),
      v.check(coded(isTimeZone, 'unknown_value'), 'Must be a time zone such as Europe/Berlin.'),
    ),
  ),
  deposit: v.optional(Deposit),
  valid_days: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(3650)))),
  pay_in_full: v.optional(v.boolean()),
  terms: v.optional(v.nullable(paragraphs(10_000))),
  next_steps: v.optional(v.nullable(paragraphs(1_000))),
  reminder_days: v.optional(ReminderDays),
  notify: v.optional(v.record(v.picklist(topics), v.picklist(audiences))),
  mail: v.optional(v.picklist(['on', 'off'])),
});
