import { afterEach, expect, test, vi } from 'vitest';
import { Deps } from '../../src/deps.ts';
import { beginCheckout } from '../../src/payments/begin-checkout.ts';
import type { StripeGateway } from '../../src/stripe/gateway.ts';
import { bindings, createOrg, createProposal, eventsOf } from '../support/world.ts';

afterEach(() => vi.useRealTimers());

test('a checkout that takes longer than a page waits is given up with stripe_timeout', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const asked = Promise.withResolvers<void>();
  const late: Promise<unknown>[] = [];
  const deps = new Deps(bindings, { waitUntil: (work) => void late.push(work) });
  const never = Promise.withResolvers<never>();
  const stripe: Partial<StripeGateway> = {
    createCheckoutSession: () => {
      asked.resolve();
      return never.promise;
    },
  };
  Object.defineProperty(deps, 'stripe', { value: stripe });

  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const input = { proposalId: proposal.id, amountDollars: undefined, pay: 'due' } as const;
  const outcome = beginCheckout(deps, proposal.customer, input).catch((error: unknown) => error);
  await asked.promise;
  let isGivenUp = false;
  void outcome.then(() => {
    isGivenUp = true;
  });
  await vi.advanceTimersByTimeAsync(17_999);
  expect(isGivenUp).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await outcome).toMatchObject({ code: 'stripe_timeout' });
  expect(late).toHaveLength(1); // the round that is running completes all the same
  never.reject(new Error('The test is over.'));
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});
