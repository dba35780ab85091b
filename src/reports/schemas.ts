import * as v from 'valibot';
import { line } from '../schemas.ts';

export const NumbersQuery = v.object({
  /** How many days, including today. */
  days: v.optional(v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(366)), '30'),
  /** The IANA name of the zone in which days begin. */
  time_zone: v.optional(line(100), 'UTC'),
});
