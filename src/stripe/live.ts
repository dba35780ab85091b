import Stripe from 'stripe';
import { AppError } from '../errors.ts';
import { type CheckoutRequest, type StripeGateway, sessionExpiry } from './gateway.ts';

/** The version our requests and our webhook endpoint speak. Moving it is a change to test, not a default. */
const apiVersion = '2026-10-28.endive';

/**
 * Two tries within ten seconds; the library would wait 80 s, longer than any customer. The second try is for a lost
 * connection and for the loser of a double click, whom Stripe answers 409 while the first is under way.
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

  return {
    async createCheckoutSession(request, now) {
      const { version, depositCents, totalCents, currency } = request;
      const expiresAt = sessionExpiry(now);
      const session = await create(request, expiresAt).catch(rejectAs);
      if (!session.url) throw new AppError('stripe_failed', 'Stripe returned a session without a page.');
      const { id: sessionId, url } = session;
      return { sessionId, url, version, depositCents, totalCents, currency, expiresAt, devMode: false };
    },
  };

  function create(request: CheckoutRequest, expiresAt: Date): Promise<Stripe.Checkout.Session> {
    const { proposalId, orgId, version, depositCents, totalCents } = request;
    const metadata = {
      proposal_id: String(proposalId),
      org_id: String(orgId),
      proposal_version: String(version),
    };
    const expiresAtSeconds = expiresAt.getTime() / 1000;
    return stripe.checkout.sessions.create(
      {
        mode: 'payment',
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: request.currency,
              unit_amount: depositCents,
              product_data: { name: `Deposit: ${request.title}` },
            },
          },
        ],
        client_reference_id: String(proposalId),
        customer_email: request.customerEmail,
        metadata,
        payment_intent_data: { metadata },
        success_url: `${portalUrl}/proposal/${proposalId}?session_id={CHECKOUT_SESSION_ID}`,
        cancel_url: `${portalUrl}/proposal/${proposalId}?cancelled=true`,
        expires_at: expiresAtSeconds,
      },
      {
        // All that may differ between two sessions of a proposal is in the key (https://docs.stripe.com/api/idempotent_requests).
        idempotencyKey: [
          `checkout-${proposalId}-v${version}-${depositCents}of${totalCents}`,
          request.previousCheckouts,
          expiresAtSeconds,
        ].join('-'),
      },
    );
  }
}

/** Stripe's errors may quote what they were sent, so only their type goes on. */
function rejectAs(error: unknown): never {
  const isBusy =
    error instanceof Stripe.errors.StripeError && (error.statusCode === 429 || error.statusCode === 409);
  if (isBusy) {
    throw new AppError('stripe_rate_limited', 'Stripe is busy. Try again in a moment.', { cause: error });
  }
  if (error instanceof Stripe.errors.StripeConnectionError && isTimeout(error.detail)) {
    throw new AppError('stripe_timeout', 'Stripe did not answer in time. Try again.', { cause: error });
  }
  throw new AppError('stripe_failed', 'Stripe could not make the checkout. Try again.', { cause: error });
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
