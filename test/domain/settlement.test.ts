import { describe, expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { orThrow } from '../../src/domain/decision.ts';
import { obsoleteCheckouts } from '../../src/domain/sessions.ts';
import { statusNow } from '../../src/domain/standing.ts';
import {
  approve,
  checkout,
  given,
  makeVoid,
  noon,
  pay,
  recordCheckout,
  revise,
  session,
} from '../support/given.ts';

const open = given(approve, recordCheckout());

describe('a paid session', () => {
  test('is recorded as the payment that was agreed', () => {
    open.when(pay()).thenRecords('payment_success');
  });

  test('without an entry of ours is checked against the proposal', () => {
    given(approve).when(pay()).thenRecords('payment_success');
    given(approve)
      .when(pay({ amountCents: 1 }))
      .thenRecords('payment_success', 'payment_anomaly');
  });

  test.each([
    ['amount_mismatch', pay({ amountCents: 472_499 })],
    ['currency_mismatch', pay({ currency: 'eur' })],
  ])('that does not match is recorded with %s beside it', (reason, payment) => {
    const [success, anomaly] = open.when(payment).events;
    expect(success?.event).toBe('payment_success');
    expect(anomaly).toMatchObject({ event: 'payment_anomaly', meta: { reason, expected_cents: 472_500 } });
  });

  test('older than the proposal belongs to another one, unless it is recorded as ours', () => {
    const older = pay({ createdAt: new Date('2026-11-20T11:00:00Z') });
    given(approve).when(older).thenRejects('proposal_not_found');
    given(approve)
      .when(pay({ createdAt: noon }))
      .thenRecords('payment_success');
    open.when(older).thenRecords('payment_success');
  });

  test('is money too when it is the second one, with already_paid beside it', () => {
    const { events } = given(approve, recordCheckout(), pay()).when(pay({ sessionId: 'cs_test_2' }));
    expect(events.map(({ event }) => event)).toEqual(['payment_success', 'payment_anomaly']);
    expect(events[1]).toMatchObject({ meta: { reason: 'already_paid' } });
  });

  test('that names an org that does not own the proposal is refused, unless it is recorded as ours', () => {
    given(approve)
      .when(pay({ orgId: 2 }))
      .thenRejects('proposal_not_found');
    open.when(pay({ orgId: 2 })).thenRecords('payment_success');
  });

  test('leaves a void proposal void, with proposal_void beside the payment', () => {
    const { events, state } = given(approve, recordCheckout(), makeVoid).when(pay());
    expect(events.map(({ event }) => event)).toEqual(['payment_success', 'payment_anomaly']);
    expect(events[1]).toMatchObject({ meta: { reason: 'proposal_void' } });
    expect(statusNow(state)).toBe('void');
  });

  test('of an older version is obsolete, and recorded with version_mismatch if it is paid all the same', () => {
    const changed = given(approve, recordCheckout(), revise('other'));
    expect(obsoleteCheckouts(changed.state, noon).map(({ sessionId }) => sessionId)).toEqual(['cs_test_1']);
    expect(changed.when(pay()).events[1]).toMatchObject({ meta: { reason: 'version_mismatch' } });
  });
});

test('money in a session for another total than the approved one is an anomaly', () => {
  const { state } = given(approve, recordCheckout());
  const stated = { ...state, checkouts: [{ ...checkout, totalCents: 100, depositCents: 30 }] };
  const { events } = orThrow(decide(stated, pay({ amountCents: 30 }), noon));
  expect(events).toMatchObject([
    { event: 'payment_success', meta: { amount_cents: 30 } },
    { event: 'payment_anomaly', meta: { reason: 'amount_mismatch', expected_cents: 472_500 } },
  ]);
});

describe('a session that is not paid', () => {
  test.each([
    ['checkout_pending', 'payment_pending'],
    ['checkout_failed', 'payment_failed'],
    ['checkout_expired', 'checkout_expired'],
  ] as const)('is recorded once: %s as %s', (fact, event) => {
    open.when(session(fact)).thenRecords(event);
    given(approve, recordCheckout(), session(fact)).when(session(fact)).thenNothing();
    expect(statusNow(open.when(session(fact)).state)).toBe('approved');
  });

  test('is money as soon as it is paid after all', () => {
    given(approve, recordCheckout(), session('checkout_pending'), session('checkout_failed'))
      .when(pay())
      .thenRecords('payment_success');
  });

  test.each(['checkout_pending', 'checkout_failed', 'checkout_expired'] as const)(
    'cannot take back a payment, however late %s arrives',
    (fact) => {
      given(approve, recordCheckout(), pay()).when(session(fact)).thenNothing();
    },
  );
});
