import * as v from 'valibot';
import { line } from '../schemas.ts';

export const NumbersQuery = v.object({
  /** The last so many days, today included. */
  days: v.optional(v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(366)), '30'),
  /** Where the days begin, by its IANA name. */
  time_zone: v.optional(line(100), 'UTC'),
});
