import { describe, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import {
  approve,
  checkout,
  customer,
  given,
  makeVoid,
  noon,
  pay,
  recordCheckout,
  session,
  staff,
} from '../support/given.ts';

const another = recordCheckout({ sessionId: 'cs_test_2' });

describe('record_checkout', () => {
  test('records what was agreed', () => {
    expect(given(approve).when(recordCheckout()).events).toEqual([
      {
        event: 'checkout_created',
        actor: 'customer',
        meta: {
          session_id: 'cs_test_1',
          deposit_cents: 472_500,
          total_cents: 1_575_000,
          amount_cents: 472_500,
          currency: 'usd',
          version: 2,
          expires_at: '2026-11-24T11:55:00.000Z',
          url: 'https://checkout.stripe.test/1',
          dev_mode: false,
        },
      },
    ]);
  });

  test('gives the second of two tabs the session of the first, until that expires', () => {
    given(approve, recordCheckout()).when(another).thenNothing();
    given(approve, recordCheckout()).when(another, checkout.expiresAt).thenRecords('checkout_created');
  });

  test.each([staff, customer])('lets $kind confirm the total, and state no other', (actor) => {
    given(approve)
      .when({ ...recordCheckout(), actor, statedTotalCents: 1 })
      .thenRejects('amount_mismatch');
    given(approve)
      .when({ ...recordCheckout(), actor, statedTotalCents: 1_575_000 })
      .thenRecords('checkout_created');
  });

  test('waits while a session for another total is open, which the version before recorded', () => {
    const { state } = given(approve, recordCheckout());
    const stated = {
      ...state,
      checkouts: [{ ...checkout, totalCents: 1_000_000, depositCents: 300_000, amountCents: 300_000 }],
    };
    expect(decide(stated, another, noon)).toMatchObject({ rejected: 'checkout_open' });
  });

  test('rejects a session that was made for an older version', () => {
    given(approve)
      .when(recordCheckout({ version: 1 }))
      .thenRejects('version_conflict');
  });

  test.each([
    ['not approved', given(), 'proposal_not_approved'],
    ['void', given(approve, makeVoid), 'proposal_void'],
    ['already paid', given(approve, recordCheckout(), pay()), 'already_paid'],
  ])('rejects a proposal that is %s', (_, proposal, code) => {
    proposal.when(recordCheckout()).thenRejects(code);
  });

  test('waits while a payment is pending, and no longer', () => {
    const pending = [approve, recordCheckout(), session('checkout_pending')];
    given(...pending)
      .when(another)
      .thenRejects('payment_pending');
    given(...pending, session('checkout_failed'))
      .when(another)
      .thenRecords('checkout_created');
  });

  test.each([
    ['before it was recorded', [approve]],
    ['after', [approve, recordCheckout()]],
  ])('rejects a session that expired %s', (_, history) => {
    given(...history, session('checkout_expired'))
      .when(recordCheckout())
      .thenRejects('version_conflict');
  });
});
