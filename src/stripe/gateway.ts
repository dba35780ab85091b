import type { Marks, RefundObservation, SessionObservation } from '../domain/observation.ts';
import type { Checkout, Pay } from '../domain/proposal.ts';
import { AppError } from '../errors.ts';

/** What a Checkout Session is made from. Repeated within the same five minutes, it gets the same session. */
export type CheckoutRequest = {
  readonly proposalId: number;
  readonly orgId: number;
  readonly version: number;
  readonly title: string;
  readonly customerEmail: string;
  readonly linkGeneration: number;
  readonly currency: string;
  readonly depositCents: number;
  readonly totalCents: number;
  readonly pay: Pay;
  /** What is charged, and what it is for. */
  readonly amountCents: number;
  readonly label: string;
  /** How many sessions of the proposal the log knows. */
  readonly previousCheckouts: number;
  /** When the offer runs out, if it does: no session lives longer, but for Stripe's half hour at least. */
  readonly endsAt: Date | null;
};

/** Stripe will never do this; `reason` is its code. */
export class StripeRefusal extends AppError {
  readonly reason: string;

  constructor(reason: string, options: ErrorOptions) {
    super('stripe_refused', `Stripe refused this: ${reason}. Trying again will not help.`, options);
    this.reason = reason;
  }
}

/** A refund that staff asked for. */
export type RefundOrder = {
  readonly refundRequestId: string;
  readonly paymentIntent: string;
  readonly amountCents: number;
  readonly currency: string;
};

/**
 * A session that can be paid, or how it ended. Unknown: it was created with a key of another account or mode, so ours
 * cannot ask about it.
 */
export type SessionState =
  | { readonly fact: 'checkout_open' }
  | { readonly fact: 'checkout_unknown' }
  | SessionObservation;

/** A range of time in whole seconds, without its end. */
export type TimeRange = { readonly from: Date; readonly until: Date };

/** An event and its JSON text. */
export type ListedEvent = { readonly id: string; readonly rawBody: string };

/**
 * All that we need of Stripe. Every call can be repeated. It rejects with `stripe_failed`, `stripe_rate_limited` or
 * `stripe_timeout`, after which it may have been done, or with a `StripeRefusal`, after which it never will be.
 */
export interface StripeGateway {
  /** A new session; or how the session of an earlier attempt ended, where Stripe replays that one. */
  createCheckoutSession(request: CheckoutRequest, now: Date): Promise<Checkout | SessionObservation>;
  retrieveCheckoutSession(sessionId: string): Promise<SessionState>;
  /** Closes the session unless it is over already, and returns how it ended. It is not open after that. */
  expireCheckoutSession(sessionId: string): Promise<SessionState>;
  /** Refunds a part of a payment, once for each id of ours. */
  createRefund(request: RefundOrder): Promise<RefundObservation>;
  /** The refund of a payment that carries an id of ours; null if Stripe made none. */
  findRefund(request: RefundOrder): Promise<RefundObservation | null>;
  /** What a PaymentIntent's metadata says of whose it is; null if our key does not know it. */
  retrieveMarks(paymentIntent: string): Promise<Marks | null>;
  /** An event as JSON text; null if Stripe has it no more. */
  retrieveEvent(eventId: string): Promise<string | null>;
  /** Events that no endpoint has taken: Stripe still retries them, or has given up. */
  listUndeliveredEvents(types: readonly string[], created: TimeRange): AsyncIterable<ListedEvent>;
  /** The ids of the open sessions that this deployment created. */
  listOpenSessions(created: TimeRange): AsyncIterable<string>;
}

/**
 * When a session created now expires: in a little under a day, Stripe's maximum. It moves in steps of five minutes, since
 * it is a parameter, and a request that repeats an idempotency key must not change.
 */
export function sessionExpiry(now: Date, endsAt: Date | null): Date {
  const stepMs = 5 * 60_000;
  const [dayMs, leastMs] = [24 * 3_600_000, 30 * 60_000];
  const started = Math.floor(now.getTime() / stepMs) * stepMs;
  const latest = started + dayMs - stepMs;
  const earliest = started + leastMs + 2 * stepMs; // it is still half an hour away when Stripe reads it
  return new Date(Math.max(earliest, Math.min(latest, endsAt?.getTime() ?? latest)));
}
