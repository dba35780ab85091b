import * as v from 'valibot';
import { line } from '../schemas.ts';

export const LoginBody = v.object({
  email: v.pipe(line(254), v.toLowerCase()),
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
});
