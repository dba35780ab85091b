import Stripe from 'stripe';
import { AppError } from '../errors.ts';

/** An older signature may be a replay (Stripe's default). */
const toleranceSeconds = 300;
/** A signature further in the future is more than clock skew; the library would accept it. */
const futureToleranceSeconds = 60;

const keys = new Map<string, CryptoKey>();

/** Web Crypto, except that a secret's key is imported once an isolate and not for every event. */
const subtle: Pick<SubtleCrypto, 'importKey' | 'sign'> = {
  async importKey(format, secret, ...rest) {
    const name = new TextDecoder().decode(secret as Uint8Array);
    const key = keys.get(name) ?? (await crypto.subtle.importKey(format, secret as Uint8Array, ...rest));
    keys.set(name, key);
    return key;
  },
  sign: (...args) => crypto.subtle.sign(...args),
};

// Sound: to verify, the library imports the secret as bytes and signs with it, and that is all.
const cryptoProvider = Stripe.createSubtleCryptoProvider(subtle as SubtleCrypto);

/**
 * Verifies that Stripe sent exactly this body, recently (https://docs.stripe.com/webhooks#verify-manually). Any of the
 * secrets may have signed it. Rejects with `invalid_signature`; the precise reason stays in the cause.
 */
export async function verifySignature(
  rawBody: string,
  header: string | undefined,
  secrets: readonly string[],
  now: Date,
): Promise<void> {
  const timestamp = parseTimestamp(header);
  const aheadSeconds = timestamp - Math.floor(now.getTime() / 1000);
  if (aheadSeconds > futureToleranceSeconds) throw invalid(new Error('The timestamp is in the future.'));

  const { signature } = Stripe.webhooks;
  if (!signature) throw new Error('The library cannot verify.');
  let cause: unknown;
  for (const secret of secrets) {
    try {
      await signature.verifyHeaderAsync(
        rawBody,
        header ?? '',
        secret,
        toleranceSeconds,
        cryptoProvider,
        now.getTime(),
      );
      return;
    } catch (error) {
      cause = error;
    }
  }
  throw invalid(cause);
}

/** Exactly one `t` is accepted: with two, the library and we might each use a different one. */
function parseTimestamp(header: string | undefined): number {
  const timestamps = [...(header ?? '').matchAll(/(?:^|,)t=([^,]*)/g)].map(([, value]) => value ?? '');
  const [only] = timestamps;
  if (timestamps.length === 1 && only && /^\d{1,12}$/.test(only)) return Number(only);
  throw invalid(new Error('The header has no timestamp, or more than one.'));
}

function invalid(cause: unknown): AppError {
  return new AppError('invalid_signature', 'The signature does not match.', { cause });
}
