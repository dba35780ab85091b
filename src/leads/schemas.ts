import * as v from 'valibot';
import { email } from '../http/fields.ts';
import { line } from '../schemas.ts';

export const CreateLeadBody = v.object({
  name: line(200),
  email: v.optional(email),
  phone: v.optional(line(50)),
  source: v.optional(line(100)),
});

export const ListLeadsQuery = v.object({ cursor: v.optional(v.pipe(v.string(), v.uuid())) });
