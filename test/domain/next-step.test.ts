import { describe, expect, test } from 'vitest';
import { type NextStep, nextStep, type Wanted } from '../../src/domain/next-step.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import {
  approve,
  checkout,
  given,
  makeVoid,
  noon,
  pay,
  recordCheckout,
  revise,
  send,
  session,
} from '../support/given.ts';

const wanted: Wanted = {
  pay: 'due',
  statedTotalCents: null,
  devMode: false,
  unknownSessions: new Set(),
};
const stating = (statedTotalCents: number): Wanted => ({ ...wanted, statedTotalCents });
const unknown = (...sessionIds: string[]): Wanted => ({ ...wanted, unknownSessions: new Set(sessionIds) });

const aDayLater = new Date('2026-11-24T12:00:00Z');
const approved = given(approve).state;
const open = given(approve, recordCheckout()).state;
/** As the version before recorded what staff stated. */
const stated = { ...open, checkouts: [{ ...checkout, totalCents: 1_000_000, depositCents: 300_000 }] };
const changed = given(approve, recordCheckout(), revise('other'), { ...approve, version: 3 }).state;
const simulated = given(approve, recordCheckout({ devMode: true })).state;

/** A step in one word, with what it is about. */
function inShort(next: NextStep): string {
  switch (next.step) {
    case 'create':
      return `create ${next.amounts.depositCents} of ${next.amounts.totalCents}`;
    case 'offer':
    case 'close':
      return `${next.step} ${next.checkout.sessionId}`;
    case 'refuse':
      return `refuse ${next.rejection.rejected}`;
  }
}

const expired = 'after its time';
const rows: [given: string, state: Proposal, asked: string, wanted: Wanted, now: Date, then: string][] = [
  // without a session
  ['a draft', given().state, 'the deposit', wanted, noon, 'refuse proposal_not_approved'],
  ['a sent proposal', given(send).state, 'the deposit', wanted, noon, 'refuse proposal_not_approved'],
  ['a void one', given(approve, makeVoid).state, 'the deposit', wanted, noon, 'refuse proposal_void'],
  ['an approved one', approved, 'the deposit', wanted, noon, 'create 472500 of 1575000'],
  ['an approved one', approved, 'its own total', stating(1_575_000), noon, 'create 472500 of 1575000'],
  ['an approved one', approved, 'another total', stating(1_000_000), noon, 'refuse amount_mismatch'],
  // with an open session
  ['an open session', open, 'the deposit', wanted, noon, 'offer cs_test_1'],
  ['an open session', open, 'its own total', stating(1_575_000), noon, 'offer cs_test_1'],
  ['an open session', open, 'another total', stating(1_000_000), noon, 'refuse amount_mismatch'],
  ['one for another total', stated, 'the deposit', wanted, noon, 'close cs_test_1'],
  ['an open session', open, `the deposit ${expired}`, wanted, aDayLater, 'close cs_test_1'],
  [
    'an open session',
    open,
    'the deposit in dev mode',
    { ...wanted, devMode: true },
    noon,
    'create 472500 of 1575000',
  ],
  ['one of an older version', changed, 'the deposit', wanted, noon, 'close cs_test_1'],
  ['a simulated session', simulated, 'the deposit in live mode', wanted, noon, 'create 472500 of 1575000'],
  ['a simulated session', simulated, 'the deposit', { ...wanted, devMode: true }, noon, 'offer cs_test_1'],
  // one whose end is known
  [
    'a paid session',
    given(approve, recordCheckout(), pay()).state,
    'the deposit',
    wanted,
    noon,
    'refuse already_paid',
  ],
  [
    'a pending payment',
    given(approve, recordCheckout(), session('checkout_pending')).state,
    'the deposit',
    wanted,
    noon,
    'refuse payment_pending',
  ],
  [
    'a failed payment',
    given(approve, recordCheckout(), session('checkout_failed')).state,
    'the deposit',
    wanted,
    noon,
    'create 472500 of 1575000',
  ],
  [
    'an expired session',
    given(approve, recordCheckout(), session('checkout_expired')).state,
    'the deposit',
    wanted,
    noon,
    'create 472500 of 1575000',
  ],
  // one that our key cannot ask about
  ['a session of another key', open, 'the deposit', unknown('cs_test_1'), noon, 'refuse checkout_open'],
  [
    'a session of another key',
    open,
    `the deposit ${expired}`,
    unknown('cs_test_1'),
    aDayLater,
    'create 472500 of 1575000',
  ],
];

describe('the next step of a checkout', () => {
  test.each(rows)('given $0, when $2 is asked for: $5', (_given, state, _asked, asked, now, then) => {
    expect(inShort(nextStep(state, asked, now))).toBe(then);
  });

  test('closes every other session before it offers or creates one', () => {
    const twice = given(
      approve,
      recordCheckout({ sessionId: 'cs_old' }),
      revise('other'),
      { ...approve, version: 3 },
      // The old session is still open at Stripe when one of the new version is recorded.
      recordCheckout({
        sessionId: 'cs_new',
        version: 3,
        totalCents: 1_000_000,
        depositCents: 300_000,
        amountCents: 300_000,
      }),
    ).state;
    expect(inShort(nextStep(twice, wanted, noon))).toBe('close cs_old');
  });

  test('says until when a session of another key is open', () => {
    const next = nextStep(open, unknown('cs_test_1'), noon);
    expect(next).toMatchObject({
      rejection: { detail: expect.stringContaining(checkout.expiresAt.toISOString()) },
    });
  });
});
