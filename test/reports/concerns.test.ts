import { expect, test } from 'vitest';
import type { Observation } from '../../src/domain/observation.ts';
import { concerns } from '../../src/reports/concerns.ts';

const portalUrl = 'https://portal.example';
const session = (orgId: number | null, portal: string | null): Observation => ({
  fact: 'checkout_paid',
  ...{ sessionId: 'cs_1', proposalId: 8, orgId, portalUrl: portal, createdAt: null },
  ...{ amountCents: 5, currency: 'usd', paymentStatus: 'paid', paymentIntent: null },
});
const refund: Observation = {
  fact: 'refund',
  ...{ refundId: 're_1', amountCents: 5, currency: 'usd', status: 'succeeded', paymentIntent: 'pi_1' },
};

test.each([
  ['a session that names this org', session(1, portalUrl), true, true],
  ['… without saying which portal', session(1, null), true, true],
  ['a session that names another org', session(2, portalUrl), false, false],
  ['a session of another deployment’s org 1', session(1, 'https://other.example'), false, false],
  ['a session that names no org', session(null, null), true, false],
  ['a refund of an unknown payment', refund, true, false],
])('%s', (_, observation, inOnlyOrg, amongSeveral) => {
  expect(concerns({ orgId: 1, isOnlyOrg: true, portalUrl }, observation)).toBe(inOnlyOrg);
  expect(concerns({ orgId: 1, isOnlyOrg: false, portalUrl }, observation)).toBe(amongSeveral);
});
