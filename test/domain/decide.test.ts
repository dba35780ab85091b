import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import { obsoleteCheckouts } from '../../src/domain/checkout.ts';
import type { ProposalCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Draft, Fact } from '../../src/domain/entry.ts';
import type { DisputeFact, RefundFact, SessionFact, StripeFact } from '../../src/domain/observation.ts';
import { evolve, heldCents, initialProposal, type Proposal } from '../../src/domain/proposal.ts';

const terms = {
  id: 7,
  orgId: 1,
  title: 'Kitchen',
  customerEmail: 'ada@example.com',
  currency: 'usd',
  totalCents: 1_575_000,
  depositPercent: 30,
  version: 2,
  contentHash: 'hash',
  createdAt: new Date('2026-11-20T12:00:00Z'),
};
const noon = new Date('2026-11-23T12:00:00Z');
const staff: Actor = { kind: 'staff', userId: 5, orgId: 1, email: 'a@example.com', role: 'admin' };
const customer: Actor = { kind: 'customer', proposalId: 7, orgId: 1 };
const stranger: Actor = { ...staff, orgId: 2 };

const approve = {
  kind: 'approve',
  proposalId: 7,
  actor: customer,
  name: 'Ada',
  version: 2,
  ip: '192.0.2.1',
} as const;
const checkout = {
  sessionId: 'cs_test_1',
  url: 'https://checkout.stripe.test/1',
  version: 2,
  depositCents: 472_500,
  totalCents: 1_575_000,
  currency: 'usd',
  expiresAt: new Date('2026-11-24T11:55:00Z'),
  devMode: false,
};
const recordCheckout = {
  kind: 'record_checkout',
  proposalId: 7,
  actor: customer,
  statedTotalCents: null,
  checkout,
} as const;
const settle = {
  kind: 'settle',
  proposalId: 7,
  teller: 'stripe',
  told: {
    fact: 'checkout_paid',
    sessionId: 'cs_test_1',
    proposalId: 7,
    portalUrl: null,
    createdAt: null,
    orgId: 1,
    amountCents: 472_500,
    currency: 'usd',
    paymentStatus: 'paid',
    paymentIntent: 'pi_1',
  },
} as const;

const refund: RefundFact = {
  fact: 'refund',
  refundId: 're_1',
  amountCents: 100_000,
  currency: 'usd',
  status: 'succeeded',
  paymentIntent: 'pi_1',
};
const dispute: DisputeFact = {
  fact: 'dispute',
  disputeId: 'du_1',
  amountCents: 472_500,
  currency: 'usd',
  status: 'needs_response',
  reason: 'fraudulent',
  paymentIntent: 'pi_1',
};
const tell = (told: StripeFact): ProposalCommand => ({
  kind: 'settle',
  proposalId: 7,
  teller: 'stripe',
  told,
});
const revise = (contentHash: string, version = 2, actor = staff): ProposalCommand => {
  const content = { title: 'Kitchen', customerName: 'Ada', customerEmail: 'ada@example.com', lineItems: [] };
  const replaced = { ...content, totalCents: 1_575_000 };
  return {
    ...{ kind: 'revise', proposalId: 7, actor, version, replaced },
    content: { ...content, totalCents: 1_000_000, contentHash },
  };
};
const makeVoid = { kind: 'void', proposalId: 7, actor: staff } as const;

/** The state after these commands, all of which must be accepted. */
function after(...commands: ProposalCommand[]): Proposal {
  return commands.reduce((state, command) => apply(state, draftsOf(state, command)), initialProposal(terms));
}

function apply(state: Proposal, drafts: readonly Draft[], now = noon): Proposal {
  return drafts.reduce((before, draft) => evolve(before, { ...draft, createdAt: now }), state);
}

function draftsOf(state: Proposal, command: ProposalCommand, now = noon): readonly Draft[] {
  const decision = decide(state, command, now);
  if ('rejected' in decision) throw new Error(`${command.kind} was rejected: ${decision.rejected}`);
  return decision.drafts;
}

function rejection(state: Proposal, command: ProposalCommand, now = noon): string | undefined {
  const decision = decide(state, command, now);
  return 'rejected' in decision ? decision.rejected : undefined;
}

const events = (drafts: readonly Draft[]) => drafts.map(({ event }) => event);
const voided = (state: Proposal) =>
  evolve(state, { event: 'void', meta: { user_id: 5 }, actor: 'staff', createdAt: noon });

describe('approve', () => {
  test('records who approved what', () => {
    expect(draftsOf(after(), approve)).toEqual([
      {
        event: 'approve',
        actor: 'customer',
        meta: { name: 'Ada', version: 2, ip: '192.0.2.1', content_hash: 'hash' },
        dedupeKey: 'approve:7:v2',
      },
    ]);
    expect(after(approve)).toMatchObject({ status: 'approved', seq: 1, approval: { name: 'Ada', at: noon } });
  });

  test('names the user when staff approve for a customer on the phone', () => {
    const [draft] = draftsOf(after(), { ...approve, actor: staff });
    expect(draft).toMatchObject({ actor: 'staff', meta: { user_id: 5 } });
  });

  test('says the same again to whoever approved, and a conflict to anyone else', () => {
    const state = after(approve);
    expect(draftsOf(state, approve)).toEqual([]);
    expect(rejection(state, { ...approve, name: 'Eve' })).toBe('already_approved');
    expect(rejection(state, { ...approve, actor: staff })).toBe('already_approved');
  });

  test.each([1, 3])('rejects version %i of a proposal at version 2', (version) => {
    expect(rejection(after(), { ...approve, version })).toBe('version_conflict');
  });

  test('rejects a void proposal', () => {
    expect(rejection(voided(after()), approve)).toBe('proposal_void');
  });
});

describe('send and view', () => {
  const send = {
    kind: 'send',
    proposalId: 7,
    actor: staff,
    expiresAt: new Date('2026-12-23T12:00:00Z'),
  } as const;
  const view = { kind: 'view', proposalId: 7, actor: customer } as const;

  test('sending makes a draft sent, and leaves what is further on', () => {
    expect(after(send)).toMatchObject({ status: 'sent', sent: { expiresAt: send.expiresAt } });
    expect(after(approve, send).status).toBe('approved');
  });

  test.each([
    { command: send, hour: 'link' },
    { command: view, hour: 'view' },
  ])('one $hour stands for its hour', ({ command }) => {
    const state = after(command);
    expect(draftsOf(state, command, new Date('2026-11-23T12:59:59Z'))).toEqual([]);
    expect(draftsOf(state, command, new Date('2026-11-23T13:00:00Z'))).toHaveLength(1);
  });

  test('a customer cannot send', () => {
    expect(rejection(after(), { ...send, actor: customer })).toBe('forbidden');
  });
});

describe('record_checkout', () => {
  test('records what was agreed', () => {
    expect(draftsOf(after(approve), recordCheckout)).toEqual([
      {
        event: 'checkout_created',
        actor: 'customer',
        meta: {
          session_id: 'cs_test_1',
          deposit_cents: 472_500,
          total_cents: 1_575_000,
          currency: 'usd',
          version: 2,
          expires_at: '2026-11-24T11:55:00.000Z',
          url: 'https://checkout.stripe.test/1',
          dev_mode: false,
        },
        dedupeKey: 'checkout_created:cs_test_1',
      },
    ]);
  });

  test('the second of two tabs gets the session of the first', () => {
    const state = after(approve, recordCheckout);
    const second = { ...recordCheckout, checkout: { ...checkout, sessionId: 'cs_test_2' } };
    expect(draftsOf(state, second)).toEqual([]);
    expect(draftsOf(state, second, checkout.expiresAt)).toHaveLength(1); // the first has expired
  });

  test('staff may state another total, but not while a session for the first is open', () => {
    const stated = {
      ...recordCheckout,
      actor: staff,
      statedTotalCents: 1_000_000,
      checkout: { ...checkout, sessionId: 'cs_test_2', totalCents: 1_000_000, depositCents: 300_000 },
    } as const;
    expect(draftsOf(after(approve), stated)[0]).toMatchObject({
      meta: { total_cents: 1_000_000, user_id: 5 },
    });
    expect(rejection(after(approve, recordCheckout), stated)).toBe('checkout_open');
  });

  test('a customer may not', () => {
    expect(rejection(after(approve), { ...recordCheckout, statedTotalCents: 1 })).toBe('amount_mismatch');
  });

  test('a session made for an older version is not recorded', () => {
    const stale = { ...recordCheckout, checkout: { ...checkout, version: 1 } };
    expect(rejection(after(approve), stale)).toBe('version_conflict');
  });

  test.each([
    ['not approved', after(), 'proposal_not_approved'],
    ['void', voided(after(approve)), 'proposal_void'],
    ['already paid', after(approve, recordCheckout, settle), 'already_paid'],
  ])('rejects a proposal that is %s', (_, state, code) => {
    expect(rejection(state, recordCheckout)).toBe(code);
  });
});

describe('settle', () => {
  const paid = (session: Partial<SessionFact>): ProposalCommand => ({
    ...settle,
    told: { ...settle.told, ...session },
  });

  test('records the payment that was agreed', () => {
    expect(events(draftsOf(after(approve, recordCheckout), settle))).toEqual(['payment_success']);
  });

  test('without our session, the proposal is the check', () => {
    expect(events(draftsOf(after(approve), settle))).toEqual(['payment_success']);
    const other = paid({ amountCents: 1 });
    expect(events(draftsOf(after(approve), other))).toEqual(['payment_success', 'payment_anomaly']);
  });

  test.each([
    ['amount_mismatch', paid({ amountCents: 472_499 })],
    ['currency_mismatch', paid({ currency: 'eur' })],
  ])('a payment that does not match is recorded with %s beside it', (reason, command) => {
    const [success, anomaly] = draftsOf(after(approve, recordCheckout), command);
    expect(success?.event).toBe('payment_success');
    expect(anomaly).toMatchObject({ event: 'payment_anomaly', meta: { reason, expected_cents: 472_500 } });
  });

  test('a session that was made before the proposal was another proposal’s', () => {
    const older = paid({ createdAt: new Date('2026-11-20T11:00:00Z') });
    expect(rejection(after(approve), older)).toBe('proposal_not_found');
    expect(draftsOf(after(approve), paid({ createdAt: noon }))).toHaveLength(1);
    expect(draftsOf(after(approve, recordCheckout), older)).toHaveLength(1); // but our own record is
  });

  test('a second session paid is money too, and already_paid', () => {
    const state = after(approve, recordCheckout, settle);
    const drafts = draftsOf(state, paid({ sessionId: 'cs_test_2' }));
    expect(events(drafts)).toEqual(['payment_success', 'payment_anomaly']);
    expect(drafts[1]).toMatchObject({ meta: { reason: 'already_paid' } });
  });

  test('money for an org that does not own the proposal is not taken, unless the session is ours', () => {
    const foreign = paid({ orgId: 2 });
    expect(rejection(after(approve), foreign)).toBe('proposal_not_found');
    expect(draftsOf(after(approve, recordCheckout), foreign)).toHaveLength(1);
  });

  test('a void proposal stays void when it is paid, and the money is recorded as out of place', () => {
    const state = voided(after(approve, recordCheckout));
    const drafts = draftsOf(state, settle);
    expect(events(drafts)).toEqual(['payment_success', 'payment_anomaly']);
    expect(drafts[1]).toMatchObject({ meta: { reason: 'proposal_void' } });
    expect(apply(state, drafts).status).toBe('void');
  });
});

describe('a session that is not paid', () => {
  const session = (fact: SessionFact['fact'], sessionId = 'cs_test_1') =>
    tell({ ...settle.told, fact, sessionId, paymentStatus: 'unpaid' });
  const state = after(approve, recordCheckout);

  test.each([
    ['checkout_pending', 'payment_pending'],
    ['checkout_failed', 'payment_failed'],
    ['checkout_expired', 'checkout_expired'],
  ] as const)('of which %s is told once becomes %s once', (fact, event) => {
    const drafts = draftsOf(state, session(fact));
    expect(events(drafts)).toEqual([event]);
    expect(draftsOf(apply(state, drafts), session(fact))).toEqual([]);
    expect(apply(state, drafts).status).toBe('approved');
  });

  test('and then is, is money', () => {
    const failed = after(approve, recordCheckout, session('checkout_pending'), session('checkout_failed'));
    expect(events(draftsOf(failed, settle))).toEqual(['payment_success']);
  });

  test('cannot take back what was paid, however late it is told', () => {
    const paidFor = after(approve, recordCheckout, settle);
    for (const fact of ['checkout_pending', 'checkout_failed', 'checkout_expired'] as const) {
      expect(draftsOf(paidFor, session(fact))).toEqual([]);
    }
  });

  test('keeps the next checkout waiting while its money is on its way, and no longer', () => {
    const next = { ...recordCheckout, checkout: { ...checkout, sessionId: 'cs_test_2' } };
    const pending = after(approve, recordCheckout, session('checkout_pending'));
    expect(rejection(pending, next)).toBe('payment_pending');
    expect(rejection(pending, revise('other'))).toBe('payment_pending');
    const failed = after(approve, recordCheckout, session('checkout_pending'), session('checkout_failed'));
    expect(draftsOf(failed, next)).toHaveLength(1);
  });

  test('is not recorded as begun, nor handed out, once it is over', () => {
    for (const history of [[approve], [approve, recordCheckout]]) {
      const expired = after(...history, session('checkout_expired'));
      expect(rejection(expired, recordCheckout)).toBe('version_conflict');
    }
  });
});

describe('refunds and disputes', () => {
  const paidFor = after(approve, recordCheckout, settle);
  /** All orders of a few facts, each told twice. */
  const orders = (facts: StripeFact[]) =>
    fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 });
  const keysAfter = (facts: StripeFact[]) => {
    const keys: string[] = [];
    facts.reduce((state, told) => {
      const drafts = draftsOf(state, tell(told));
      keys.push(...drafts.map(({ dedupeKey }) => dedupeKey));
      return apply(state, drafts);
    }, paidFor);
    return keys.sort();
  };

  test('a partial refund is a new entry, and leaves what was paid as it was', () => {
    const drafts = draftsOf(paidFor, tell(refund));
    expect(drafts).toEqual([
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
        dedupeKey: 'payment_refunded:re_1',
      },
    ]);
    const state = apply(paidFor, drafts);
    expect([state.status, heldCents(state)]).toEqual(['deposit_paid', 372_500]);
    const second = apply(state, draftsOf(state, tell({ ...refund, refundId: 're_2' })));
    expect(heldCents(second)).toBe(272_500);
  });

  test('in any order and however often, the same entries: made, then failed', () => {
    const failed = { ...refund, status: 'failed' };
    fc.assert(
      fc.property(orders([{ ...refund, status: 'pending' }, refund, failed]), (facts) => {
        expect(keysAfter(facts)).toEqual(['payment_refunded:re_1', 'refund_failed:re_1']);
      }),
    );
    expect(heldCents(apply(paidFor, draftsOf(paidFor, tell(failed))))).toBe(472_500);
  });

  test('in any order and however often, the same entries: opened, lost, and won on appeal', () => {
    const facts = ['needs_response', 'lost', 'won'].map((status) => ({ ...dispute, status }));
    fc.assert(
      fc.property(orders(facts), (shuffled) => {
        expect(keysAfter(shuffled)).toEqual([
          'dispute_closed:du_1:lost',
          'dispute_closed:du_1:won',
          'dispute_opened:du_1',
        ]);
      }),
    );
  });

  test.each([refund, dispute])('a $fact of a payment that is not here is not taken', (told) => {
    expect(rejection(paidFor, tell({ ...told, paymentIntent: 'pi_2' }))).toBe('proposal_not_found');
    expect(rejection(paidFor, tell({ ...told, paymentIntent: null }))).toBe('proposal_not_found');
    expect(rejection(after(approve, recordCheckout), tell(told))).toBe('proposal_not_found');
  });
});

describe('revise', () => {
  test('makes a new version that waits for its own approval', () => {
    const state = after(approve, revise('other'));
    expect(state).toMatchObject({ status: 'draft', version: 3, contentHash: 'other', totalCents: 1_000_000 });
    expect(rejection(state, approve)).toBe('version_conflict');
    expect(after(approve, revise('other'), { ...approve, version: 3 }).status).toBe('approved');
  });

  test('what was sent stays sent', () => {
    const send = { kind: 'send', proposalId: 7, actor: staff, expiresAt: noon } as const;
    expect(after(send, approve, revise('other')).status).toBe('sent');
  });

  test('with the same content makes none', () => {
    expect(draftsOf(after(approve), revise('hash'))).toEqual([]);
    expect(draftsOf(after(revise('other')), revise('other'))).toEqual([]); // a replay, at a version that is gone
  });

  test('loses against another change', () => {
    expect(rejection(after(revise('other')), revise('third'))).toBe('version_conflict');
  });

  test('makes the open session one to be closed, and money that comes all the same out of place', () => {
    const state = after(approve, recordCheckout, revise('other'));
    expect(obsoleteCheckouts(state).map(({ sessionId }) => sessionId)).toEqual(['cs_test_1']);
    expect(draftsOf(state, settle)[1]).toMatchObject({ meta: { reason: 'version_mismatch' } });
  });

  test.each([
    ['by a customer', after(), revise('other', 2, customer as never), 'forbidden'],
    ['of a void proposal', voided(after()), revise('other'), 'proposal_void'],
    ['of a paid one', after(approve, recordCheckout, settle), revise('other'), 'already_paid'],
  ])('is refused %s', (_, state, command, code) => {
    expect(rejection(state, command)).toBe(code);
  });
});

describe('void', () => {
  test('is for good, and the second time says nothing new', () => {
    const state = after(approve, recordCheckout, makeVoid);
    expect(state.status).toBe('void');
    expect(draftsOf(state, makeVoid)).toEqual([]);
    expect(obsoleteCheckouts(state)).toHaveLength(1);
  });

  test('is refused to a customer', () => {
    expect(rejection(after(), { ...makeVoid, actor: customer })).toBe('forbidden');
  });

  test('is refused while money is held, and not once it is refunded', () => {
    const paidFor = after(approve, recordCheckout, settle);
    expect(rejection(paidFor, makeVoid)).toBe('already_paid');
    const partly = after(approve, recordCheckout, settle, tell(refund));
    expect(rejection(partly, makeVoid)).toBe('already_paid');
    const wholly = after(approve, recordCheckout, settle, tell({ ...refund, amountCents: 472_500 }));
    expect(draftsOf(wholly, makeVoid)).toHaveLength(1);
  });

  test('is not refused for money that the bank took back', () => {
    const lost = after(approve, recordCheckout, settle, tell({ ...dispute, status: 'lost' }));
    expect(draftsOf(lost, makeVoid)).toHaveLength(1);
    const won = after(approve, recordCheckout, settle, tell({ ...dispute, status: 'won' }));
    expect(rejection(won, makeVoid)).toBe('already_paid');
  });
});

test('a link acts on its own proposal only, even within its org', () => {
  const other = { ...customer, proposalId: 8 };
  for (const command of [approve, recordCheckout, { kind: 'view', proposalId: 7 } as const]) {
    expect(rejection(after(), { ...command, actor: other })).toBe('proposal_not_found');
  }
});

test('an event of a later version keeps its place and changes nothing else', () => {
  const unknown = {
    event: 'payment_forgiven',
    meta: {},
    actor: 'stripe',
    createdAt: noon,
  } as unknown as Fact;
  const state = after(approve);
  expect(evolve(state, unknown as never)).toEqual({ ...state, seq: 2 });
});

describe('whatever happens', () => {
  const actors = fc.constantFrom<Actor>(staff, customer);
  const reversals = fc.oneof(
    fc
      .record({ refundId: fc.constantFrom('re_1', 're_2'), status: fc.constantFrom('succeeded', 'failed') })
      .map((part): StripeFact => ({ ...refund, ...part })),
    fc.constantFrom('needs_response', 'won', 'lost').map((status): StripeFact => ({ ...dispute, status })),
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
    fc.record({ kind: fc.constant('view' as const), proposalId: fc.constant(7), actor: actors }),
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
      teller: fc.constantFrom('stripe' as const, 'reconciler' as const),
      told: fc.oneof(
        fc
          .record({
            fact: fc.constantFrom('checkout_paid', 'checkout_pending', 'checkout_failed', 'checkout_expired'),
            sessionId: fc.constantFrom('cs_1', 'cs_2', 'cs_3'),
            amountCents: fc.constantFrom(472_500, 1),
          })
          .map((session): StripeFact => ({ ...settle.told, ...session })),
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

  test('a command told twice at once is written once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        replay(history, (state, command, now) => {
          const decision = decide(state, command, now);
          if ('rejected' in decision) return state;
          const next = apply(state, decision.drafts, now);
          expect(decide(next, command, now)).toEqual({ drafts: [] });
          return next;
        });
      }),
    );
  });

  test('no fact is told twice, and each session is paid at most once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const keys: string[] = [];
        const last = replay(history, (state, command, now) => {
          const decision = decide(state, command, now);
          if ('rejected' in decision) return state;
          keys.push(...decision.drafts.map(({ dedupeKey }) => dedupeKey));
          return apply(state, decision.drafts, now);
        });
        expect(new Set(keys).size).toBe(keys.length);
        expect(last.seq).toBe(keys.length);
        expect(new Set(last.payments.map(({ sessionId }) => sessionId)).size).toBe(last.payments.length);
        if (last.status !== 'void') expect(last.status === 'deposit_paid').toBe(last.payments.length > 0);
      }),
    );
  });

  test('no two sessions can be paid in at once', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let now = noon;
        const last = replay(history, (state, command, at) => {
          now = at;
          const decision = decide(state, command, at);
          return 'rejected' in decision ? state : apply(state, decision.drafts, at);
        });
        const toBeClosed = obsoleteCheckouts(last);
        const open = last.checkouts.filter(
          (made) => made.expiresAt > now && !last.outcomes.has(made.sessionId) && !toBeClosed.includes(made),
        );
        expect(open.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('another org finds no proposal, whatever it asks and whatever happened', () => {
    fc.assert(
      fc.property(histories, commands, (history, command) => {
        const state = replay(history, (before, each, now) => {
          const decision = decide(before, each, now);
          return 'rejected' in decision ? before : apply(before, decision.drafts, now);
        });
        if (command.kind === 'settle') return;
        expect(rejection(state, { ...command, actor: stranger })).toBe('proposal_not_found');
      }),
    );
  });
});
