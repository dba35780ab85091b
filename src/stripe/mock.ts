import { expiredSession } from './decode-object.ts';
import { type RefundOrder, type StripeGateway, sessionExpiry } from './gateway.ts';

/** Dev mode calls no Stripe. The portal simulates the payment where the URL says `mock_payment`. */
export function createMockGateway(portalUrl: string): StripeGateway {
  return {
    async createCheckoutSession(request, now) {
      // Two sessions within a second must differ.
      const seconds = Math.floor(now.getTime() / 1000) + request.previousCheckouts;
      return {
        sessionId: `cs_test_mock_${request.proposalId}_${seconds}`,
        url: `${portalUrl}/proposal/${request.proposalId}?mock_payment=true${request.pay === 'full' ? '&pay=full' : ''}`,
        version: request.version,
        depositCents: request.depositCents,
        totalCents: request.totalCents,
        amountCents: request.amountCents,
        currency: request.currency,
        expiresAt: sessionExpiry(now, request.endsAt),
        devMode: true,
      };
    },
    // A simulated session is paid by a webhook alone, so there is never more to learn.
    retrieveCheckoutSession: async () => ({ fact: 'checkout_open' }),
    expireCheckoutSession: async (sessionId) => expiredSession(sessionId),
    // Simulated money goes back at once.
    createRefund: async (order) => ({ ...toRefund(order), status: 'succeeded' }),
    findRefund: async () => null,
    // There is no other product.
    retrieveMarks: async () => ({ proposalId: null, orgId: null, portalUrl }),
    retrieveEvent: async () => null,
    async *listUndeliveredEvents() {},
    async *listOpenSessions() {},
  };
}

function toRefund({ refundRequestId, paymentIntent, amountCents, currency }: RefundOrder) {
  const refundId = `re_mock_${refundRequestId}`;
  return { fact: 'refund', refundId, refundRequestId, paymentIntent, amountCents, currency } as const;
}
