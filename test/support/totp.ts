import { Secret, TOTP } from 'otpauth';

/** The code that an authenticator app shows so many steps from now. Another library than the Worker's. */
export function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
}
