import { type StripeGateway, sessionExpiry } from './gateway.ts';

/** Dev mode: no call to Stripe. The portal plays the payment where the URL says `mock_payment`. */
export function createMockGateway(portalUrl: string): StripeGateway {
  return {
    async createCheckoutSession(request, now) {
      return {
        sessionId: `cs_test_mock_${request.proposalId}_${Math.floor(now.getTime() / 1000)}`,
        url: `${portalUrl}/proposal/${request.proposalId}?mock_payment=true`,
        version: request.version,
        depositCents: request.depositCents,
        totalCents: request.totalCents,
        currency: request.currency,
        expiresAt: sessionExpiry(now),
        devMode: true,
      };
    },
  };
}
