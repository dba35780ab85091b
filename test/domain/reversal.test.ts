import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOf } from '../../src/domain/keys.ts';
import type { Observation } from '../../src/domain/observation.ts';
import { moneyOf, standingOf, statusNow } from '../../src/domain/standing.ts';
import {
  apply,
  approve,
  dispute,
  given,
  noon,
  observe,
  pay,
  recordCheckout,
  refund,
} from '../support/given.ts';

const paid = given(approve, recordCheckout(), pay());

/** All orders of a few observations, each seen twice. */
const orders = (observations: Observation[]) =>
  fc.shuffledSubarray([...observations, ...observations], { minLength: observations.length * 2 });

/** The keys of the entries that these observations lead to, sorted. */
function keysAfter(observations: readonly Observation[]): string[] {
  const history = [approve, recordCheckout(), pay()];
  const keys = observations.flatMap((observation, index) => {
    const before = observations.slice(0, index).map(observe);
    const { events } = given(...history, ...before).when(observe(observation));
    return events.map((event) => keyOf(event, 7, noon));
  });
  return keys.sort();
}

test('a partial refund is a new entry, and leaves the payment as it was', () => {
  const { events, state } = paid.when(observe(refund));
  expect(events).toEqual([
    {
      event: 'payment_refunded',
      actor: 'stripe',
      meta: {
        refund_id: 're_1',
        amount_cents: 100_000,
        currency: 'usd',
        status: 'succeeded',
        payment_intent: 'pi_1',
        stripe_session_id: 'cs_test_1',
      },
    },
  ]);
  // What is not held any more is due again.
  expect([statusNow(state), moneyOf(state).heldCents]).toEqual(['approved', 372_500]);
  expect(standingOf(state, noon).dueCents).toBe(100_000);
  const second = given(
    approve,
    recordCheckout(),
    pay(),
    observe(refund),
    observe({ ...refund, refundId: 're_2' }),
  );
  expect(moneyOf(second.state).heldCents).toBe(272_500);
});

test('a refund that fails is recorded as made and as failed, in any order and however often it is seen', () => {
  const failed = { ...refund, status: 'failed' };
  fc.assert(
    fc.property(orders([{ ...refund, status: 'pending' }, refund, failed]), (observations) => {
      expect(keysAfter(observations)).toEqual(['payment_refunded:re_1', 'refund_failed:re_1']);
    }),
  );
  const { events } = paid.when(observe(failed));
  expect(moneyOf(apply(paid.state, events)).heldCents).toBe(472_500);
});

test('a dispute is recorded as opened, lost and won on appeal, in any order and however often it is seen', () => {
  const observations = ['needs_response', 'lost', 'won'].map((status) => ({ ...dispute, status }));
  fc.assert(
    fc.property(orders(observations), (shuffled) => {
      expect(keysAfter(shuffled)).toEqual([
        'dispute_closed:du_1:lost',
        'dispute_closed:du_1:won',
        'dispute_opened:du_1',
      ]);
    }),
  );
});

describe.each([refund, dispute])('a $fact', (observation) => {
  test('of a payment that the proposal does not have is refused', () => {
    paid.when(observe({ ...observation, paymentIntent: 'pi_2' })).thenRejects('proposal_not_found');
    paid.when(observe({ ...observation, paymentIntent: null })).thenRejects('proposal_not_found');
    given(approve, recordCheckout()).when(observe(observation)).thenRejects('proposal_not_found');
  });
});
