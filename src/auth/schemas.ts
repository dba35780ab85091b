import * as v from 'valibot';
import { coded } from '../http/fields.ts';
import { line } from '../schemas.ts';
import { commonPasswords } from './common-passwords.ts';

const Password = v.pipe(v.string(), v.minLength(1), v.maxLength(1024));

/** Of an authenticator app, or a recovery code. People type them with spaces and dashes. */
const Code = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(50),
  v.description('Of the second factor: the app’s, or a recovery code.'),
);

export const LoginBody = v.object({
  email: v.pipe(line(254), v.toLowerCase()),
  password: Password,
  code: v.optional(Code),
});

export const ProofBody = v.object({ password: Password, code: v.optional(Code) });

export const CodeBody = v.object({ code: Code });

/** How a password is compared: as `hashPassword` reads it. */
const normal = (password: string) => password.normalize('NFKC');

/** What a password may be from now on. Letters are counted as people see them (RFC 8265, 4.2; NIST SP 800-63B, 3.1.1.2). */
const NewPassword = v.pipe(
  v.string(),
  v.maxLength(1024),
  v.check(
    coded((password: string) => [...normal(password)].length >= 12, 'too_short'),
    'Must have at least 12 letters.',
  ),
  v.check(
    coded((password: string) => !commonPasswords.has(normal(password).toLowerCase()), 'too_common'),
    'Must not be one of the most common passwords.',
  ),
);

export const ChangePasswordBody = v.object({ current_password: Password, new_password: NewPassword });

const Token = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));

export const AcceptBody = v.object({ token: Token, name: line(200), password: NewPassword });

export const ForgotBody = v.object({ email: v.pipe(line(254), v.toLowerCase()) });

export const ResetBody = v.object({ token: Token, password: NewPassword, code: v.optional(Code) });

export const SessionPath = v.object({ sid: v.pipe(v.string(), v.uuid()) });
