import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

type Cost = { readonly N: number; readonly r: number; readonly p: number };
type Hash = { readonly cost: Cost; readonly salt: Buffer; readonly key: Buffer };

// OWASP's Password Storage Cheat Sheet lists these parameters for scrypt: N=2^14, r=8, p=5.
const cost: Cost = { N: 2 ** 14, r: 8, p: 5 };
const keyBytes = 32;

const prefix = `$scrypt$ln=${Math.log2(cost.N)},r=${cost.r},p=${cost.p}$`;

/** The format's base64 has no padding. */
const toBase64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** No password has this hash, and it costs as much as any other to find that out. */
const nobodys: Hash = { cost, salt: Buffer.alloc(0), key: Buffer.alloc(0) };

/** A hash of the password in the PHC string format, which says its cost (https://github.com/P-H-C/phc-string-format). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { cost, salt, key: Buffer.alloc(keyBytes) });
  return `${prefix}${toBase64(salt)}$${toBase64(key)}`;
}

/** Whether a hash is of another cost or format than a new one would be. */
export function isOutdated(hash: string): boolean {
  return !hash.startsWith(prefix);
}

/** Whether the password matches the hash. It takes as long for `null`, the hash of an unknown account. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const expected = parseHash(hash ?? '') ?? nobodys;
  const key = await derive(password, expected);
  return key.length === expected.key.length && timingSafeEqual(key, expected.key);
}

/** The PHC string format, or `scrypt$<salt>$<key>`, which we wrote before. Null for no hash. */
function parseHash(hash: string): Hash | null {
  const [, oldSalt, oldKey] = /^scrypt\$([^$]*)\$([^$]*)$/.exec(hash) ?? [];
  if (oldSalt && oldKey) return toHash(cost, oldSalt, oldKey);
  const [, ln, r, p, salt, key] =
    /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash) ?? [];
  if (!salt || !key) return null;
  const stated = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  // More would take longer than a login may, or more memory than an isolate has.
  const isBounded = stated.N <= 2 ** 16 && stated.r >= 1 && stated.r <= 8 && stated.p >= 1 && stated.p <= 16;
  return isBounded ? toHash(stated, salt, key) : null;
}

function toHash(stated: Cost, salt: string, key: string): Hash | null {
  const bytes = Buffer.from(key, 'base64');
  const isKey = bytes.length >= keyBytes && bytes.length <= 2 * keyBytes;
  return isKey ? { cost: stated, salt: Buffer.from(salt, 'base64'), key: bytes } : null;
}

function derive(password: string, { cost: stated, salt, key }: Hash): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { ...stated, maxmem: 128 * 1024 * 1024 };
  // NFKC, so that one password has the same bytes on every keyboard (RFC 8265, 4.2).
  scrypt(password.normalize('NFKC'), salt, key.length || keyBytes, options, (error, derived) =>
    error ? reject(error) : resolve(derived),
  );
  return promise;
}
