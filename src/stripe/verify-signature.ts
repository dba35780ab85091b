import Stripe from 'stripe';
import { AppError } from '../errors.ts';

/** A signature older than this may be a replay (Stripe's default). */
const toleranceSeconds = 300;
/** A signature from further ahead is no clock skew; the library would let it pass. */
const futureToleranceSeconds = 60;

const cryptoProvider = Stripe.createSubtleCryptoProvider();

/**
 * Proves that Stripe sent this very body, recently (https://docs.stripe.com/webhooks#verify-manually). Any of the
 * secrets may have signed. Rejects with `invalid_signature`; why exactly is only in the cause.
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

  let cause: unknown;
  for (const secret of secrets) {
    try {
      await Stripe.webhooks.constructEventAsync(
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

/** Exactly one `t`: with two, we and the library might each believe another. */
function parseTimestamp(header: string | undefined): number {
  const timestamps = [...(header ?? '').matchAll(/(?:^|,)t=([^,]*)/g)].map(([, value]) => value ?? '');
  const [only] = timestamps;
  if (timestamps.length === 1 && only && /^\d{1,12}$/.test(only)) return Number(only);
  throw invalid(new Error('The header has no timestamp, or more than one.'));
}

function invalid(cause: unknown): AppError {
  return new AppError('invalid_signature', 'The signature does not match.', { cause });
}
