import { expiredSession } from './decode-object.ts';
import { type StripeGateway, sessionExpiry } from './gateway.ts';

/** Dev mode: no call to Stripe. The portal plays the payment where the URL says `mock_payment`. */
export function createMockGateway(portalUrl: string): StripeGateway {
  return {
    async createCheckoutSession(request, now) {
      // Two within a second must differ.
      const seconds = Math.floor(now.getTime() / 1000) + request.previousCheckouts;
      return {
        sessionId: `cs_test_mock_${request.proposalId}_${seconds}`,
        url: `${portalUrl}/proposal/${request.proposalId}?mock_payment=true`,
        version: request.version,
        depositCents: request.depositCents,
        totalCents: request.totalCents,
        currency: request.currency,
        expiresAt: sessionExpiry(now),
        devMode: true,
      };
    },
    // Nobody pays in a simulated session but by a webhook, so there is never anything to learn.
    retrieveCheckoutSession: async () => ({ fact: 'checkout_open' }),
    expireCheckoutSession: async (sessionId) => expiredSession(sessionId),
    async *listUndeliveredEvents() {},
    async *listOpenSessions() {},
  };
}
