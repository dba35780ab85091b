import Stripe from 'stripe';

/** A signature header as Stripe makes it, of a moment that is `ageSeconds` ago. */
export function sign(payload: string, secret: string, ageSeconds = 0): Promise<string> {
  return Stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp: Math.floor(Date.now() / 1000) - ageSeconds,
    cryptoProvider: Stripe.createSubtleCryptoProvider(),
  });
}
