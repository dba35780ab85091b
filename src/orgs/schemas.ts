import * as v from 'valibot';
import { isTimeZone } from '../domain/calendar.ts';
import { isReadable, locales, paperSizes } from '../domain/letterhead.ts';
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

/** A file's bytes in base64. What they are is seen in the bytes. */
const Base64 = v.pipe(
  v.string(),
  v.minLength(1),
  v.base64(),
  v.description('A PNG, JPEG or SVG of at most 200 KiB and 4,096 pixels a side.'),
);

/** Missing fields stay as they are. */
export const ChangeOrgBody = v.object({
  name: v.optional(line(200)),
  email: v.optional(v.nullable(email)),
  address: v.optional(v.nullable(paragraphs(500))),
  phone: v.optional(v.nullable(line(50))),
  web: v.optional(
    v.nullable(
      v.pipe(
        line(200),
        v.check(
          (text) => /^https?:\/\/[^/]/i.test(text) && URL.canParse(text),
          'Must be an http or https URL.',
        ),
      ),
    ),
  ),
  tax_id: v.optional(v.nullable(line(50))),
  logo: v.optional(v.nullable(Base64)),
  colour: v.optional(
    v.nullable(
      v.pipe(
        v.string(),
        v.regex(/^#[0-9a-f]{6}$/i, 'Must be a colour such as #0f5c5c.'),
        v.toLowerCase(),
        v.check(coded(isReadable, 'low_contrast'), 'Must have a contrast of at least 4.5 to 1 with white.'),
      ),
    ),
  ),
  locale: v.optional(v.nullable(v.picklist(locales))),
  paper_size: v.optional(v.nullable(v.picklist(paperSizes))),
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

export const LogoParam = v.object({ file: v.string() });
