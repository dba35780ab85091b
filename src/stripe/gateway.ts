import type { SessionFact } from '../domain/observation.ts';
import type { Checkout } from '../domain/proposal.ts';

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
  /** How many sessions of the proposal the log knows of. */
  readonly previousCheckouts: number;
};

/**
 * A session that can be paid in, or what has become of it. Unknown: it was made with a key of another account or mode,
 * so what has become of it cannot be told with this one.
 */
export type SessionState =
  | { readonly fact: 'checkout_open' }
  | { readonly fact: 'checkout_unknown' }
  | SessionFact;

/** A span of time, its start included and its end not, in whole seconds. */
export type Period = { readonly from: Date; readonly until: Date };

/**
 * All we need of Stripe. Every call is safe to repeat; it rejects with `stripe_failed`, `stripe_rate_limited` or
 * `stripe_timeout`, after which it may or may not have been done, or with `stripe_refused`, after which it never will be.
 */
export interface StripeGateway {
  /** A new session; or, where an earlier try made one that is over by now, what has become of that. */
  createCheckoutSession(request: CheckoutRequest, now: Date): Promise<Checkout | SessionFact>;
  retrieveCheckoutSession(sessionId: string): Promise<SessionState>;
  /** Closes the session, unless it is over already; tells what has become of it. It is not open after that. */
  expireCheckoutSession(sessionId: string): Promise<SessionState>;
  /** The events that an endpoint should have taken and has not, as JSON texts: still on their way, or given up. */
  listUndeliveredEvents(types: readonly string[], created: Period): AsyncIterable<string>;
  /** The ids of the open sessions that this deployment made. */
  listOpenSessions(created: Period): AsyncIterable<string>;
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
