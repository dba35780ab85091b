import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { BooksTokens } from '../domain/accounting.ts';
import { AppError } from '../errors.ts';

/** Whose tokens they are: sealed ones open for no other. */
export type SealedFor = { readonly orgId: number; readonly realmId: string };

const Tokens = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    accessToken: v.string(),
    accessUntil: v.number(),
    refreshToken: v.string(),
    refreshUntil: v.number(),
    endsAt: v.nullable(v.number()),
  }),
);

/**
 * Tokens as they are stored: a compact JWE (RFC 7516) under the first of the keys. Whose they are is in its header, which is
 * authenticated, so a row that is copied to another org does not open there.
 */
export async function sealTokens(
  tokens: BooksTokens,
  { orgId, realmId }: SealedFor,
  keys: readonly Uint8Array[],
): Promise<string> {
  const [key] = keys;
  if (!key) throw new Error('There is no key.');
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(tokens)))
    .setProtectedHeader({
      alg: 'dir',
      enc: 'A256GCM',
      kid: await keyId(key),
      org: String(orgId),
      realm: realmId,
    })
    .encrypt(key);
}

/**
 * Null where they are of another org or company, or broken: then somebody connects again. Throws `not_configured` where the key is
 * missing that they were sealed under: it may come back.
 */
export async function openTokens(
  sealed: string,
  { orgId, realmId }: SealedFor,
  keys: readonly Uint8Array[],
): Promise<BooksTokens | null> {
  try {
    const key = await findKey(sealed, keys);
    const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    if (protectedHeader.org !== String(orgId) || protectedHeader.realm !== realmId) return null;
    const parsed = v.safeParse(Tokens, new TextDecoder().decode(plaintext));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
}

async function findKey(sealed: string, keys: readonly Uint8Array[]): Promise<Uint8Array> {
  const { kid } = decodeProtectedHeader(sealed);
  for (const key of keys) if ((await keyId(key)) === kid) return key;
  throw new AppError('not_configured', 'BOOKS_TOKEN_KEYS lacks the key that tokens were sealed under.');
}

/** Names a key and tells nothing of it. */
async function keyId(key: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', key as BufferSource);
  return new Uint8Array(hash).toHex().slice(0, 16);
}
