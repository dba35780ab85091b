import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateIn } from '../../src/domain/calendar.ts';
import type { ProposalCommand } from '../../src/domain/command.ts';
import { initialProposal, type Proposal, type ProposalTerms } from '../../src/domain/proposal.ts';
import { amountsOf, scheduleOf } from '../../src/domain/schedule.ts';
import { standingOf, statusNow } from '../../src/domain/standing.ts';
import { defaultSchedule, depositOf, named, type Part, withDeposit } from '../../src/domain/terms.ts';
import { approve, given, noon, observe, pay, recordCheckout, refund, send, terms } from '../support/given.ts';

const withTerms = (part: Partial<ProposalTerms>): Proposal => initialProposal({ ...terms, ...part });
const amounts = (parts: readonly Part[], total: number) => amountsOf(parts, total, 'usd');

describe('a schedule', () => {
  test.each([
    [{ percent: 30 }, [472_500, 1_102_500]],
    [{ percent: 33.33 }, [524_948, 1_050_052]], // 524,947.5: half up
    [{ amount_cents: 40_000 }, [40_000, 1_535_000]],
    [{ percent: 100 }, [1_575_000, 0]],
    [null, [1_575_000]],
  ])('with a deposit of %o is %o', (deposit, expected) => {
    expect(amounts(defaultSchedule(deposit), 1_575_000)).toEqual(expected);
  });

  test('of percentages that add up to 100 adds up to the cent', () => {
    const thirds = named([
      { label: 'First', percent: 33.33, due: 'request' },
      { label: 'Second', percent: 33.33, due: 'request' },
      { label: 'Third', percent: 33.34, due: 'request' },
    ]);
    expect(amounts(thirds, 100_01)).toEqual([33_33, 33_33, 33_35]);
  });

  test('takes another deposit, none, and one again; the rest makes up for it', () => {
    const schedule = named([
      { label: 'To begin with', percent: 20, due: 'approval' },
      { label: 'Half way', amount_cents: 10_000, due: { date: '2026-12-01' } },
      { label: 'Rest', rest: true, due: 'request' },
    ]);
    expect(schedule.map(({ key }) => key)).toEqual(['deposit', 'part-2', 'balance']);
    expect(depositOf(schedule)).toEqual({ percent: 20 });
    const larger = withDeposit(schedule, { amount_cents: 30_000 });
    expect(larger[0]).toEqual({
      key: 'deposit',
      label: 'To begin with',
      amount_cents: 30_000,
      due: 'approval',
    });
    expect(amounts(larger, 100_000)).toEqual([30_000, 10_000, 60_000]);
    const none = withDeposit(schedule, null);
    expect([depositOf(none), amounts(none, 100_000)]).toEqual([null, [10_000, 90_000]]);
    expect(amounts(withDeposit(none, { percent: 50 }), 100_000)).toEqual([50_000, 10_000, 40_000]);
  });

  test('always adds up to the total', () => {
    const part = fc.oneof(
      fc.integer({ min: 1, max: 2_000 }).map((hundredths) => ({ percent: hundredths / 100 })),
      fc.integer({ min: 1, max: 1_000 }).map((cents) => ({ amount_cents: cents })),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 11 }),
        fc.integer({ min: 100, max: 10 ** 12 }),
        (some, total) => {
          const parts = named([
            ...some.map((amount) => ({ label: 'Part', ...amount, due: 'request' as const })),
            { label: 'Rest', rest: true, due: 'request' },
          ]);
          expect(amounts(parts, total).reduce((sum, cents) => sum + cents, 0)).toBe(total);
        },
      ),
    );
  });

  test('is due on its day in the org’s time zone, not before', () => {
    const schedule = named([
      { label: 'Now', percent: 10, due: 'approval' },
      { label: 'In three days', percent: 20, due: { days_after_approval: 3 } },
      { label: 'On the first', percent: 30, due: { date: '2026-12-01' } },
      { label: 'Rest', rest: true, due: 'request' },
    ]);
    // 23 November, 23:30 in New York is the 24th in UTC.
    const at = new Date('2026-11-24T04:30:00Z');
    const { approval } = given(approve).state;
    const state: Proposal = {
      ...withTerms({ schedule, timeZone: 'America/New_York' }),
      lifecycle: 'approved',
      approval: approval && { ...approval, at },
    };
    const dueAt = (time: string) =>
      scheduleOf(state, dateIn('America/New_York', new Date(time))).flatMap(({ isDue, part, dueOn }) =>
        isDue ? [[part.label, dueOn]] : [],
      );
    expect(dueAt('2026-11-24T04:30:00Z')).toEqual([['Now', '2026-11-23']]);
    expect(dueAt('2026-11-26T04:59:59Z')).toHaveLength(1);
    expect(dueAt('2026-11-26T05:00:00Z')).toEqual([
      ['Now', '2026-11-23'],
      ['In three days', '2026-11-26'],
    ]);
    expect(dueAt('2026-12-01T04:59:59Z')).toHaveLength(2);
    expect(dueAt('2026-12-01T05:00:00Z')).toHaveLength(3);
    const asked = { ...state, requests: new Map([['balance', new Date('2026-12-02T12:00:00Z')]]) };
    expect(scheduleOf(asked, '2026-12-02').every(({ isDue }) => isDue)).toBe(true);
  });
});

describe('the deposit of a row of an earlier release', () => {
  const at = (percent: number, part: Partial<ProposalTerms>, ...history: readonly ProposalCommand[]) => {
    const { state } = given(...history);
    return standingOf({ ...state, ...part, defaultDeposit: { percent } }, noon).depositCents;
  };

  test('is as configured until it is sent, approved or in a session', () => {
    expect(at(50, {})).toBe(787_500);
    expect(at(50, {}, send)).toBe(472_500);
    expect(at(50, {}, approve)).toBe(472_500);
  });

  test('is what its session was for, the paid one before the last', () => {
    const made = (sessionId: string, cents: number, totalCents = 1_575_000) => ({
      ...given(approve, recordCheckout()).state.checkouts[0],
      ...{ sessionId, depositCents: cents, amountCents: cents, totalCents },
    });
    const unpinned = { ...given(approve).state, pinned: null, defaultDeposit: { percent: 25 } };
    const checkouts = [made('cs_1', 393_750), made('cs_2', 787_500)] as Proposal['checkouts'];
    expect(standingOf({ ...unpinned, checkouts }, noon).depositCents).toBe(787_500);
    const payment = given(approve, recordCheckout(), pay()).state.payments[0];
    const payments = [{ ...payment, paymentId: 'cs_1', amountCents: 393_750 }] as Proposal['payments'];
    expect(standingOf({ ...unpinned, checkouts, payments }, noon)).toMatchObject({
      ...{ depositCents: 393_750, dueCents: 0, status: 'deposit_paid' },
    });
    // Staff stated another total, and it was paid: nothing of it is due now. What was only begun counts for nothing.
    const stated = [made('cs_1', 30_000, 100_000)] as Proposal['checkouts'];
    const paidSo = [{ ...payment, paymentId: 'cs_1', amountCents: 30_000 }] as Proposal['payments'];
    expect(standingOf({ ...unpinned, checkouts: stated, payments: paidSo }, noon)).toMatchObject({
      ...{ dueCents: 0, status: 'deposit_paid', remainingCents: 1_545_000 },
    });
    expect(standingOf({ ...unpinned, checkouts: stated }, noon).depositCents).toBe(393_750);
  });

  test('that was refunded is due again', () => {
    const { state } = given(approve, recordCheckout(), pay(), observe({ ...refund, amountCents: 472_500 }));
    expect(standingOf({ ...state, pinned: null, defaultDeposit: { percent: 50 } }, noon)).toMatchObject({
      ...{ depositCents: 472_500, heldCents: 0, dueCents: 472_500, status: 'approved' },
    });
  });
});

describe('how the money stands', () => {
  const paid = given(approve, recordCheckout(), pay());

  test('held money fills the schedule from the top', () => {
    const { instalments, ...standing } = standingOf(paid.state, noon);
    expect(instalments.map(({ part, amountCents, state }) => [part.key, amountCents, state])).toEqual([
      ['deposit', 472_500, 'paid'],
      ['balance', 1_102_500, 'later'],
    ]);
    expect(standing).toMatchObject({
      ...{ heldCents: 472_500, dueCents: 0, remainingCents: 1_102_500, status: 'deposit_paid' },
    });
  });

  test('a balance that is asked for is due, and paid it is all paid', () => {
    const asked = { ...paid.state, requests: new Map([['balance', noon]]) };
    expect(standingOf(asked, noon)).toMatchObject({ dueCents: 1_102_500, status: 'deposit_paid' });
    const [payment] = asked.payments;
    const all = { ...asked, payments: [payment, { ...payment, paymentId: 'cs_2', amountCents: 1_102_500 }] };
    expect(standingOf(all as Proposal, noon)).toMatchObject({
      ...{ dueCents: 0, remainingCents: 0, status: 'paid' },
    });
  });

  test('an offer runs out after its last day, unless money is on it', () => {
    const offer = (state: Proposal) => ({ ...state, validUntil: '2026-11-23' });
    const dayAfter = new Date('2026-11-24T00:00:00Z');
    const last = new Date('2026-11-23T23:59:59Z');
    expect(standingOf(offer(given(send).state), last)).toMatchObject({ isExpired: false, dueCents: 472_500 });
    for (const state of [given(send).state, given(approve).state])
      expect(standingOf(offer(state), dayAfter)).toMatchObject({ isExpired: true, dueCents: 0 });
    expect(standingOf(offer(paid.state), dayAfter).isExpired).toBe(false);
  });

  test('money in another currency stops asking until it is refunded', () => {
    const foreign = given(approve, recordCheckout(), pay({ currency: 'jpy', amountCents: 700_000 }));
    expect(standingOf(foreign.state, noon)).toMatchObject({ heldCents: 0, dueCents: 0, status: 'approved' });
    foreign.when(recordCheckout({ sessionId: 'cs_test_2' })).thenRejects('already_paid');
    const back = foreign.when(observe({ ...refund, amountCents: 700_000, currency: 'jpy' })).state;
    expect(standingOf(back, noon).dueCents).toBe(472_500);
  });

  test('money given back twice makes no more due than the schedule', () => {
    const [payment] = paid.state.payments;
    const refunds = new Map(
      ['re_1', 're_2'].map((id) => [
        id,
        { paymentId: payment?.paymentId ?? '', amountCents: 472_500, currency: 'usd', failed: false },
      ]),
    );
    expect(standingOf({ ...paid.state, refunds }, noon)).toMatchObject({
      ...{ heldCents: -472_500, dueCents: 472_500, remainingCents: 1_575_000 },
    });
  });

  test('the status that the row has needs no clock', () => {
    for (const state of [given().state, given(send).state, paid.state])
      expect(statusNow(state)).toBe(standingOf(state, noon).status);
  });
});
