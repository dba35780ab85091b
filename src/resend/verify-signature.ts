import { AppError } from '../errors.ts';

/** An older or later stamp may be a replay: https://docs.svix.com/receiving/verifying-payloads/how-manual */
const toleranceSeconds = 300;

export type SignedHeaders = {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
};

/**
 * Verifies that Resend sent exactly this body, recently. It signs as Svix does: HMAC-SHA256 over `id.timestamp.body`; any of
 * the signatures may be by any of the secrets, while one is rolled. Rejects with `invalid_signature`.
 */
export async function verifySignature(
  rawBody: string,
  { id, timestamp, signature }: SignedHeaders,
  secrets: readonly string[],
  now: Date,
): Promise<void> {
  if (!id || !signature || !/^\d{1,12}$/.test(timestamp ?? '')) throw invalid();
  const ageSeconds = Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp));
  if (ageSeconds > toleranceSeconds) throw invalid();
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${rawBody}`);
  const claimed = signature.split(' ').slice(0, 10); // more are not sent
  for (const secret of secrets) {
    const key = await importKey(secret);
    for (const one of claimed) {
      const bytes = one.startsWith('v1,') ? fromBase64(one.slice(3)) : null;
      if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) return;
    }
  }
  throw invalid();
}

function importKey(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (!bytes) throw new Error('The secret is not base64.'); // `config.ts` takes no other
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function invalid(): AppError {
  return new AppError('invalid_signature', 'The signature does not match.');
}
