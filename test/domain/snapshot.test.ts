import { describe, expect, test } from 'vitest';
import type { ProposalCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import { isRejection } from '../../src/domain/decision.ts';
import { type DatedEvent, evolve } from '../../src/domain/evolve.ts';
import { initialProposal, type Proposal } from '../../src/domain/proposal.ts';
import { countSessions } from '../../src/domain/sessions.ts';
import { foldVersion, fromSnapshot, recall, type Snapshot, toSnapshot } from '../../src/domain/snapshot.ts';
import { hasFailed, standingOf } from '../../src/domain/standing.ts';
import {
  approve,
  dispute,
  noon,
  observe,
  pay,
  recordCheckout,
  refund,
  revokeLinks,
  send,
  session,
  terms,
  view,
} from '../support/given.ts';

/** The entries that commands lead to, one after the other. */
function historyOf(commands: readonly ProposalCommand[]): DatedEvent[] {
  let state = initialProposal(terms);
  return commands.flatMap((command) => {
    const decision = decide(state, command, noon);
    if (isRejection(decision)) throw new Error(decision.rejected);
    const entries = decision.events.map((event) => ({ ...event, createdAt: noon }));
    state = evolve(state, entries);
    return entries;
  });
}

/** The state as it is read from a snapshot of the first `seq` entries. */
function throughSnapshot(history: readonly DatedEvent[], seq: number): Proposal {
  const past = evolve(initialProposal(terms), history.slice(0, seq));
  const stored = JSON.parse(JSON.stringify(toSnapshot(past))) as Snapshot;
  return evolve(fromSnapshot(terms, stored), history.slice(seq));
}

const sessionIds = Array.from({ length: 30 }, (_, n) => `cs_test_${n}`);
const attempts = sessionIds.flatMap((sessionId, n) => [
  recordCheckout({ sessionId }),
  session(n % 3 === 0 ? 'checkout_failed' : 'checkout_expired', sessionId),
]);

test('a state is the same whether it is folded from the beginning or from any snapshot', () => {
  const commands = [send, view, approve, ...attempts.slice(0, 6), recordCheckout({ sessionId: 'cs_paid' })];
  const paid = [pay({ sessionId: 'cs_paid' }), observe(refund), observe({ ...refund, status: 'failed' })];
  const history = historyOf([...commands, ...paid, observe(dispute)]);
  const whole = evolve(initialProposal(terms), history);
  expect(whole.seq).toBeGreaterThan(12);
  for (let seq = 0; seq <= history.length; seq += 1) expect(throughSnapshot(history, seq)).toEqual(whole);
});

describe('a snapshot of many sessions that came to nothing', () => {
  const history = historyOf([send, approve, ...attempts]);
  const whole = evolve(initialProposal(terms), history);
  const short = throughSnapshot(history, history.length);
  const about = (sessionId: string) =>
    history.filter(({ meta }) => Object.values(meta as Record<string, unknown>).includes(sessionId));

  test('holds the newest and counts the others', () => {
    expect(short.checkouts.map(({ sessionId }) => sessionId)).toEqual(sessionIds.slice(-10));
    expect(short.forgottenSessions).toBe(20);
    expect(countSessions(short)).toBe(countSessions(whole));
    expect(hasFailed(short)).toBe(hasFailed(whole));
    expect(standingOf(short, noon)).toEqual(standingOf(whole, noon));
  });

  test('has a size that more of them do not change', () => {
    const size = (n: number) =>
      JSON.stringify(toSnapshot(evolve(initialProposal(terms), history.slice(0, n)))).length;
    expect(Math.abs(size(62) - size(42))).toBeLessThan(30);
  });

  test('forgets nothing that is open, being paid or paid', () => {
    const first = [send, approve, recordCheckout({ sessionId: 'cs_paid' })];
    const under = [session('checkout_pending', 'cs_pending'), pay({ sessionId: 'cs_paid' })];
    const ends = sessionIds.map((sessionId) => session('checkout_expired', sessionId));
    const state = evolve(initialProposal(terms), historyOf([...first, ...under, ...ends]));
    const read = fromSnapshot(terms, JSON.parse(JSON.stringify(toSnapshot(state))));
    expect(read.checkouts).toEqual(state.checkouts);
    expect(read.payments).toEqual(state.payments);
    expect([...read.sessionStatuses].slice(0, 2)).toEqual([
      ['cs_pending', 'pending'],
      ['cs_paid', 'paid'],
    ]);
  });

  test('decides as the whole history does, once a session is recalled', () => {
    for (const sessionId of sessionIds) {
      const state = recall(short, about(sessionId));
      expect(countSessions(state)).toBe(countSessions(whole));
      const news = [
        ...(['checkout_expired', 'checkout_failed', 'checkout_pending'] as const).map((fact) =>
          session(fact, sessionId),
        ),
        pay({ sessionId, amountCents: 5, orgId: 99 }),
        recordCheckout({ sessionId }),
      ];
      for (const command of news) expect(decide(state, command, noon)).toEqual(decide(whole, command, noon));
    }
  });

  test('recalls nothing that the state holds', () => {
    expect(recall(whole, about('cs_test_3'))).toEqual(whole);
    expect(recall(short, about('cs_test_29'))).toEqual(short);
  });
});

test('this is what version 8 makes of a history: if it fails, raise `foldVersion`, and write here what the new one makes', () => {
  const history = historyOf([
    send,
    revokeLinks,
    view,
    approve,
    recordCheckout(),
    pay(),
    observe(refund),
    observe(dispute),
  ]);
  const date = '2026-11-23T12:00:00.000Z';
  expect(foldVersion).toBe(8);
  expect(toSnapshot(evolve(initialProposal(terms), history))).toEqual({
    lifecycle: 'approved',
    seq: 8,
    lastEntryAt: { date },
    revokedTo: 1,
    pinned: { version: 2, depositCents: 472_500 },
    wasComplete: false,
    requests: { map: [] },
    pending: { map: [] },
    refundRequests: { map: [] },
    acceptedAnomalies: { set: [] },
    bouncedMails: { set: [] },
    checkoutRefusal: null,
    sent: {
      ...{ version: 2, linkGeneration: 0, at: { date }, isMailed: false },
      expiresAt: { date: '2026-12-23T12:00:00.000Z' },
    },
    viewedAt: { date },
    approval: { version: 2, name: 'Ada', actor: 'customer', userId: undefined, at: { date } },
    checkouts: [
      {
        sessionId: 'cs_test_1',
        url: 'https://checkout.stripe.test/1',
        version: 2,
        depositCents: 472_500,
        totalCents: 1_575_000,
        amountCents: 472_500,
        currency: 'usd',
        expiresAt: { date: '2026-11-24T11:55:00.000Z' },
        devMode: false,
      },
    ],
    sessionStatuses: { map: [['cs_test_1', 'paid']] },
    forgottenSessions: 0,
    payments: [
      {
        ...{ paymentId: 'cs_test_1', method: 'stripe', paymentIntent: 'pi_1', isReversed: false },
        ...{ amountCents: 472_500, currency: 'usd', at: { date } },
      },
    ],
    refunds: {
      map: [['re_1', { paymentId: 'cs_test_1', amountCents: 100_000, currency: 'usd', failed: false }]],
    },
    disputes: {
      map: [['du_1', { paymentId: 'cs_test_1', amountCents: 472_500, currency: 'usd', closings: [] }]],
    },
  });
});
