import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// OWASP's Password Storage Cheat Sheet lists these parameters for scrypt: N=2^14, r=8, p=5.
const cost = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
const keyBytes = 32;

/** `scrypt$<salt>$<key>`, in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt);
  return `scrypt$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** Whether the password matches the hash. It takes as long for `null`, the hash of an unknown account. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const [, salt = '', expected = ''] = (hash ?? 'scrypt$$').split('$');
  const key = await derive(password, Buffer.from(salt, 'base64'));
  const wanted = Buffer.from(expected, 'base64');
  return wanted.length === keyBytes && timingSafeEqual(key, wanted);
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // NFKC, so that one password has the same bytes on every keyboard (RFC 8265, 4.2).
  scrypt(password.normalize('NFKC'), salt, keyBytes, cost, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}
