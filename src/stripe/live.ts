import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import * as v from 'valibot';
import type { RefundObservation } from '../domain/observation.ts';
import { AppError } from '../errors.ts';
import { Refund, Session, toMarks, toRefund, toSession, UnpaidSession } from './decode-object.ts';
import {
  type CheckoutRequest,
  type SessionState,
  type StripeGateway,
  StripeRefusal,
  sessionExpiry,
} from './gateway.ts';

/** The API version of our requests and our webhook endpoint. Changing it needs testing. */
const apiVersion = '2026-10-28.endive';

/**
 * Two attempts within ten seconds; the library's default of 80 s is longer than any customer waits. The second attempt is
 * for a lost connection, and for a double click, which Stripe answers with 409 while the first is in progress.
 */
const retries = { timeout: 4_500, maxNetworkRetries: 1 };

/** Stripe through its SDK. `apiBase` points it at a stand-in. */
export function createLiveGateway(
  secretKey: string,
  portalUrl: string,
  apiBase: string | undefined,
): StripeGateway {
  const stripe = new Stripe(secretKey, {
    apiVersion,
    httpClient: Stripe.createFetchHttpClient(),
    ...retries,
    telemetry: false,
    ...(apiBase ? toAddress(apiBase) : {}),
  });
  const { sessions } = stripe.checkout;

  return {
    async createCheckoutSession(request, now) {
      const expiresAt = sessionExpiry(now, request.endsAt);
      // Stripe asks for the address itself where it does not like ours.
      const withoutAddress = { ...request, customerEmail: null };
      const session = await create(request, expiresAt)
        .catch((error) => (isEmailInvalid(error) ? create(withoutAddress, expiresAt) : Promise.reject(error)))
        .catch(rejectAs);
      // A replay shows the session as it was when it was created. (The fetch client's headers are a `Headers` object,
      // whatever their type says; a plain object works as well.)
      if (new Headers(session.lastResponse.headers).get('idempotent-replayed') === 'true') {
        const state = await retrieve(session.id);
        if (state.fact === 'checkout_unknown') throw new AppError('stripe_failed', 'Stripe lost a session.');
        if (state.fact !== 'checkout_open') return state;
      }
      if (!session.url) throw new AppError('stripe_failed', 'Stripe returned a session without a page.');
      const { version, depositCents, totalCents, amountCents, currency } = request;
      const { id: sessionId, url } = session;
      const amounts = { depositCents, totalCents, amountCents, currency };
      return { sessionId, url, version, ...amounts, expiresAt, devMode: false };
    },

    retrieveCheckoutSession: retrieve,

    async expireCheckoutSession(sessionId) {
      const session = await sessions.expire(sessionId).catch((error) => {
        // Only an open session can be expired: this one is over, or unknown to Stripe.
        if (error instanceof Stripe.errors.StripeInvalidRequestError) return null;
        return rejectAs(error);
      });
      const state = session ? toState(session) : await retrieve(sessionId);
      if (state.fact !== 'checkout_open') return state;
      throw new AppError('stripe_failed', 'Stripe did not close the checkout. Try again.');
    },

    async createRefund({ refundRequestId, paymentIntent, amountCents }) {
      const metadata = { portal_url: portalUrl, refund_request_id: refundRequestId };
      const refund = await stripe.refunds
        .create(
          { payment_intent: paymentIntent, amount: amountCents, metadata },
          { idempotencyKey: `${hashOf(portalUrl)}-refund-${refundRequestId}` },
        )
        .catch(rejectAs);
      return readRefund(refund);
    },

    async findRefund({ refundRequestId, paymentIntent }) {
      for await (const refund of iterate(
        stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 }),
      )) {
        if (refund.metadata?.refund_request_id === refundRequestId) return readRefund(refund);
      }
      return null;
    },

    async retrieveMarks(paymentIntent) {
      const intent = await stripe.paymentIntents
        .retrieve(paymentIntent)
        .catch((error) => (isUnknown(error) ? null : rejectAs(error)));
      return intent && toMarks(intent.metadata);
    },

    async retrieveEvent(eventId) {
      const event = await stripe.events
        .retrieve(eventId)
        .catch((error) => (isUnknown(error) ? null : rejectAs(error)));
      return event && JSON.stringify(event);
    },

    async *listUndeliveredEvents(types, { from, until }) {
      const created = { gte: toSeconds(from), lt: toSeconds(until) };
      const events = stripe.events.list({ delivery_success: false, types: [...types], created, limit: 100 });
      for await (const event of iterate(events)) yield { id: event.id, rawBody: JSON.stringify(event) };
    },

    async *listOpenSessions({ from, until }) {
      const created = { gte: toSeconds(from), lt: toSeconds(until) };
      const open = sessions.list({ status: 'open', created, limit: 100 });
      // Another deployment or product may share the account.
      for await (const { id, metadata } of iterate(open)) if (metadata?.portal_url === portalUrl) yield id;
    },
  };

  async function retrieve(sessionId: string): Promise<SessionState> {
    const session = await sessions
      .retrieve(sessionId, { expand: ['payment_intent'] })
      .catch((error) => (isUnknown(error) ? null : rejectAs(error)));
    if (!session) return { fact: 'checkout_unknown' };
    return toState(session);
  }

  function create(
    request: Omit<CheckoutRequest, 'customerEmail'> & { readonly customerEmail: string | null },
    expiresAt: Date,
  ): Promise<Stripe.Response<Stripe.Checkout.Session>> {
    const { proposalId, orgId, version, amountCents, totalCents } = request;
    const metadata = {
      portal_url: portalUrl,
      proposal_id: String(proposalId),
      org_id: String(orgId),
      proposal_version: String(version),
    };
    const expiresAtSeconds = expiresAt.getTime() / 1000;
    return sessions.create(
      {
        mode: 'payment',
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: request.currency,
              unit_amount: amountCents,
              product_data: { name: nameOf(request) },
            },
          },
        ],
        client_reference_id: String(proposalId),
        ...(request.customerEmail === null ? {} : { customer_email: request.customerEmail }),
        metadata,
        payment_intent_data: { metadata },
        success_url: `${portalUrl}/proposal/${proposalId}?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: `${portalUrl}/proposal/${proposalId}?cancelled=true`,
        expires_at: expiresAtSeconds,
      },
      {
        // The key holds all that may differ between two sessions, also of two deployments that share an account
        // (https://docs.stripe.com/api/idempotent_requests).
        idempotencyKey: [
          hashOf(portalUrl),
          `checkout-${proposalId}-v${version}-${amountCents}of${totalCents}`,
          request.previousCheckouts,
          expiresAtSeconds,
          // It rises with the address, which is a parameter too.
          ...(request.linkGeneration > 0 ? [`g${request.linkGeneration}`] : []),
          // Earlier releases took deposits only.
          ...(request.label === 'Deposit' ? [] : [hashOf(request.label)]),
          ...(request.customerEmail === null ? ['no-email'] : []),
        ].join('-'),
      },
    );
  }
}

/** The PaymentIntent says how a delayed payment stands (https://docs.stripe.com/payments/paymentintents/lifecycle). */
function toState(session: Stripe.Checkout.Session): SessionState {
  if (session.payment_status === 'paid') return toSession(read(Session, session), 'checkout_paid');
  if (session.status === 'open') return { fact: 'checkout_open' };
  const unpaid = read(UnpaidSession, session);
  if (session.status === 'expired') return toSession(unpaid, 'checkout_expired');
  const intent = session.payment_intent;
  const hasFailed =
    typeof intent === 'object' && ['requires_payment_method', 'canceled'].includes(intent?.status ?? '');
  return toSession(unpaid, hasFailed ? 'checkout_failed' : 'checkout_pending');
}

function read<S extends v.GenericSchema>(schema: S, session: Stripe.Checkout.Session): v.InferOutput<S> {
  const result = v.safeParse(schema, session);
  if (result.success) return result.output;
  throw new AppError('stripe_failed', 'Stripe returned something that is not a session.');
}

/** What the customer pays for, in at most the 250 characters that Stripe takes. */
function nameOf({ label, title }: Pick<CheckoutRequest, 'label' | 'title'>): string {
  return [...`${label}: ${title}`].slice(0, 250).join('');
}

function readRefund(refund: Stripe.Refund): RefundObservation {
  const result = v.safeParse(Refund, refund);
  if (result.success) return toRefund(result.output);
  throw new AppError('stripe_failed', 'Stripe returned something that is not a refund.');
}

function isEmailInvalid(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'email_invalid';
}

/** All items of a paged list; throws Stripe's errors as ours. */
async function* iterate<T>(list: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* list;
  } catch (error) {
    rejectAs(error);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function toSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Stripe's messages may quote what they were sent, so only the type of an error is passed on. */
function rejectAs(error: unknown): never {
  const isBusy =
    error instanceof Stripe.errors.StripeError && (error.statusCode === 429 || error.statusCode === 409);
  if (isBusy) {
    throw new AppError('stripe_rate_limited', 'Stripe is busy. Try again in a moment.', { cause: error });
  }
  if (error instanceof Stripe.errors.StripeConnectionError && isTimeout(error.detail)) {
    throw new AppError('stripe_timeout', 'Stripe did not answer in time. Try again.', { cause: error });
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    // A label of a metric, and words for staff: only what looks like one of Stripe's codes.
    const reason = /^[a-z_]{1,60}$/.test(error.code ?? '') ? String(error.code) : 'invalid_request';
    throw new StripeRefusal(reason, { cause: error });
  }
  throw new AppError('stripe_failed', 'Stripe could not do this. Try again.', { cause: error });
}

function isTimeout(detail: unknown): boolean {
  return detail instanceof Error && 'code' in detail && detail.code === 'ETIMEDOUT';
}

function toAddress(apiBase: string) {
  const { protocol, hostname, port } = new URL(apiBase);
  return {
    protocol: protocol === 'http:' ? ('http' as const) : ('https' as const),
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
  };
}
