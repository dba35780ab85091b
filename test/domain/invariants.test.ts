import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { ProposalCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import { isRejection } from '../../src/domain/decision.ts';
import { keyOf } from '../../src/domain/keys.ts';
import type { Observation, SessionObservation } from '../../src/domain/observation.ts';
import { initialProposal, type Proposal } from '../../src/domain/proposal.ts';
import { obsoleteCheckouts } from '../../src/domain/sessions.ts';
import {
  apply,
  approve,
  checkout,
  customer,
  dispute,
  given,
  makeVoid,
  noon,
  paidSession,
  recordCheckout,
  refund,
  revise,
  staff,
  terms,
  view,
} from '../support/given.ts';

const stranger: Actor = { ...staff, orgId: 2 };

test.each([approve, recordCheckout(), view])(
  'a link cannot $kind another proposal, even within its org',
  (command) => {
    const actor = { ...customer, proposalId: 8 };
    given()
      .when({ ...command, actor })
      .thenRejects('proposal_not_found');
  },
);

describe('after any history of commands', () => {
  const actors = fc.constantFrom<Actor>(staff, customer);
  const reversals = fc.oneof(
    fc
      .record({ refundId: fc.constantFrom('re_1', 're_2'), status: fc.constantFrom('succeeded', 'failed') })
      .map((part): Observation => ({ ...refund, ...part })),
    fc.constantFrom('needs_response', 'won', 'lost').map((status): Observation => ({ ...dispute, status })),
  );
  const commands = fc.oneof(
    fc.constantFrom(revise('other'), revise('third', 3), makeVoid),
    fc.record({
      kind: fc.constant('approve' as const),
      proposalId: fc.constant(7),
      actor: actors,
      name: fc.constantFrom('Ada', 'Eve'),
      version: fc.constantFrom(1, 2),
      ip: fc.constant(null),
    }),
    fc.constant(view),
    fc.record({
      kind: fc.constant('send' as const),
      proposalId: fc.constant(7),
      actor: actors,
      expiresAt: fc.constant(new Date('2026-12-23T12:00:00Z')),
    }),
    fc.record({
      kind: fc.constant('record_checkout' as const),
      proposalId: fc.constant(7),
      actor: actors,
      statedTotalCents: fc.constant(null),
      checkout: fc.constantFrom('cs_1', 'cs_2', 'cs_3').map((sessionId) => ({ ...checkout, sessionId })),
    }),
    fc.record({
      kind: fc.constant('settle' as const),
      proposalId: fc.constant(7),
      via: fc.constantFrom('stripe' as const, 'reconciler' as const),
      observation: fc.oneof(
        fc
          .record({
            fact: fc.constantFrom<SessionObservation['fact']>(
              'checkout_paid',
              'checkout_pending',
              'checkout_failed',
              'checkout_expired',
            ),
            sessionId: fc.constantFrom('cs_1', 'cs_2', 'cs_3'),
            amountCents: fc.constantFrom(472_500, 1),
          })
          .map((session): Observation => ({ ...paidSession, ...session })),
        reversals,
      ),
    }),
  );
  /** Commands in order, each some minutes after the one before. */
  const histories = fc.array(fc.tuple(commands, fc.integer({ min: 0, max: 600 })), { maxLength: 30 });

  function replay(
    history: [ProposalCommand, number][],
    each: (state: Proposal, command: ProposalCommand, now: Date) => Proposal,
  ) {
    let now = noon.getTime();
    return history.reduce((state, [command, minutes]) => {
      now += minutes * 60_000;
      const isCheckout = command.kind === 'record_checkout';
      const expiresAt = new Date(now + 86_400_000);
      const current = isCheckout ? { ...command, checkout: { ...command.checkout, expiresAt } } : command;
      return each(state, current, new Date(now));
    }, initialProposal(terms));
  }

  test('a command sent twice in a row is recorded once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (state, command, now) => {
          const decision = decide(state, command, now);
          if (isRejection(decision)) return state;
          const next = apply(state, decision.events, now);
          expect(decide(next, command, now)).toEqual({ events: [] });
          return next;
        });
      }),
    );
  });

  test('no key is recorded twice, and each session is paid at most once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const keys: string[] = [];
        const last = replay(history, (state, command, now) => {
          const decision = decide(state, command, now);
          if (isRejection(decision)) return state;
          keys.push(...decision.events.map((event) => keyOf(event, state.id, now)));
          return apply(state, decision.events, now);
        });
        expect(new Set(keys).size).toBe(keys.length);
        expect(last.seq).toBe(keys.length);
        expect(new Set(last.payments.map(({ paymentId }) => paymentId)).size).toBe(last.payments.length);
      }),
    );
  });

  test('no two sessions can be paid at once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let now = noon;
        const last = replay(history, (state, command, at) => {
          now = at;
          const decision = decide(state, command, at);
          return isRejection(decision) ? state : apply(state, decision.events, at);
        });
        const toBeClosed = obsoleteCheckouts(last, now);
        const open = last.checkouts.filter(
          (made) =>
            made.expiresAt > now && !last.sessionStatuses.has(made.sessionId) && !toBeClosed.includes(made),
        );
        expect(open.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('another org finds no proposal, whatever it asks and whatever has happened', () => {
    fc.assert(
      fc.property(histories, commands, (history, command) => {
        const state = replay(history, (before, each, now) => {
          const decision = decide(before, each, now);
          return isRejection(decision) ? before : apply(before, decision.events, now);
        });
        if (command.kind === 'settle') return;
        const asStranger = { ...command, actor: stranger } as ProposalCommand;
        expect(decide(state, asStranger, noon)).toMatchObject({ rejected: 'proposal_not_found' });
      }),
    );
  });
});
