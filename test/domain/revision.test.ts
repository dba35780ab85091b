import { describe, expect, test } from 'vitest';
import { obsoleteCheckouts } from '../../src/domain/sessions.ts';
import { statusNow } from '../../src/domain/standing.ts';
import {
  approve,
  customer,
  dispute,
  given,
  makeVoid,
  noon,
  observe,
  pay,
  recordCheckout,
  refund,
  revise,
  send,
  session,
} from '../support/given.ts';

describe('revise', () => {
  test('makes a new version that needs its own approval', () => {
    const revised = given(approve, revise('other'));
    expect(revised.state).toMatchObject({
      lifecycle: 'draft',
      version: 3,
      contentHash: 'other',
      totalCents: 1_000_000,
    });
    revised.when(approve).thenRejects('version_conflict');
    expect(statusNow(revised.when({ ...approve, version: 3 }).state)).toBe('approved');
  });

  test('keeps names and addresses out of the log', () => {
    const [event] = given().when(revise('other')).events;
    const rest = { schedule: null, valid_until: null, terms: null };
    expect(event).toEqual({
      event: 'revised',
      actor: 'staff',
      meta: {
        ...{ version: 3, content_hash: 'other', user_id: 5 },
        ...{ title: 'Kitchen', line_items: [], total_cents: 1_000_000, ...rest },
        replaced: { title: 'Kitchen', line_items: [], total_cents: 1_575_000, ...rest },
      },
    });
  });

  test('leaves a sent proposal sent', () => {
    expect(statusNow(given(send, approve, revise('other')).state)).toBe('sent');
  });

  test('changes nothing when the content is the same, even in a replay at an older version', () => {
    given(approve).when(revise('hash')).thenNothing();
    given(revise('other')).when(revise('other')).thenNothing();
  });

  test('loses against another change', () => {
    given(revise('other')).when(revise('third')).thenRejects('version_conflict');
  });

  test('waits while a payment is pending', () => {
    given(approve, recordCheckout(), session('checkout_pending'))
      .when(revise('other'))
      .thenRejects('payment_pending');
  });

  test.each([
    ['by a customer', given(), revise('other', 2, customer), 'forbidden'],
    ['of a void proposal', given(makeVoid), revise('other'), 'proposal_void'],
    ['of a paid one', given(approve, recordCheckout(), pay()), revise('other'), 'already_paid'],
  ])('is refused %s', (_, proposal, command, code) => {
    proposal.when(command).thenRejects(code);
  });
});

describe('void', () => {
  test('is final, and changes nothing the second time', () => {
    const voided = given(approve, recordCheckout(), makeVoid);
    expect(statusNow(voided.state)).toBe('void');
    voided.when(makeVoid).thenNothing();
    expect(obsoleteCheckouts(voided.state, noon)).toHaveLength(1);
  });

  test('is refused to a customer', () => {
    given()
      .when({ ...makeVoid, actor: customer })
      .thenRejects('forbidden');
  });

  test('is refused while money is held, and possible once it is refunded', () => {
    const history = [approve, recordCheckout(), pay()];
    given(...history)
      .when(makeVoid)
      .thenRejects('already_paid');
    given(...history, observe(refund))
      .when(makeVoid)
      .thenRejects('already_paid');
    given(...history, observe({ ...refund, amountCents: 472_500 }))
      .when(makeVoid)
      .thenRecords('void');
  });

  test('is possible for money that was lost in a dispute, and refused for money that was won', () => {
    const history = [approve, recordCheckout(), pay()];
    given(...history, observe({ ...dispute, status: 'lost' }))
      .when(makeVoid)
      .thenRecords('void');
    given(...history, observe({ ...dispute, status: 'won' }))
      .when(makeVoid)
      .thenRejects('already_paid');
  });
});
