import type { Checkout } from '../proposals/proposal.ts';

/** What a Checkout Session is made from. The same request within its five minutes gets the same session. */
export type CheckoutRequest = {
  readonly proposalId: number;
  readonly orgId: number;
  readonly version: number;
  readonly title: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly depositCents: number;
  readonly totalCents: number;
  /** How many sessions the proposal has had before. */
  readonly previousCheckouts: number;
};

/** All we need of Stripe. */
export interface StripeGateway {
  /**
   * Makes a Checkout Session for the deposit. Safe to call again; rejects with `stripe_failed`, `stripe_rate_limited` or
   * `stripe_timeout`, after which a session may or may not exist, but nobody has its URL.
   */
  createCheckoutSession(request: CheckoutRequest, now: Date): Promise<Checkout>;
}

/**
 * When a session made now ends: in a little under a day, Stripe's most. It moves in steps of five minutes, because it
 * is a parameter, and a request repeated under one idempotency key must not change.
 */
export function sessionExpiry(now: Date): Date {
  const stepMs = 5 * 60_000;
  const dayMs = 24 * 3_600_000;
  return new Date(Math.floor(now.getTime() / stepMs) * stepMs + dayMs - stepMs);
}
