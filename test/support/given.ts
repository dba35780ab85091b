import { expect } from 'vitest';
import type { Actor, Customer, Staff } from '../../src/domain/actor.ts';
import type { CommandOf, ProposalCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import { isRejection } from '../../src/domain/decision.ts';
import type { EventName, NewEntry, StampedEvent } from '../../src/domain/entry.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { keyOf } from '../../src/domain/keys.ts';
import type {
  DisputeObservation,
  Observation,
  RefundObservation,
  SessionObservation,
} from '../../src/domain/observation.ts';
import {
  type Checkout,
  initialProposal,
  type Proposal,
  type ProposalTerms,
} from '../../src/domain/proposal.ts';

// Tests of decisions read `given(history).when(command).then…`. The history is made of commands, so no test starts from a
// state that no command leads to. All of it is about proposal 7 of org 1: $15,750.00 at 30 %, version 2.

export const noon = new Date('2026-11-23T12:00:00Z');
export const terms = {
  id: 7,
  orgId: 1,
  title: 'Kitchen',
  customerName: 'Ada',
  customerEmail: 'ada@example.com',
  currency: 'usd',
  totalCents: 1_575_000,
  schedule: null,
  validUntil: null,
  timeZone: 'UTC',
  defaultDeposit: { percent: 30 },
  mayPayInFull: false,
  channels: ['mail'],
  version: 2,
  contentHash: 'hash',
  linkGeneration: 0,
  rowStatus: 'draft',
  createdAt: new Date('2026-11-20T12:00:00Z'),
} as const satisfies ProposalTerms;

export const staff: Staff = { kind: 'staff', userId: 5, orgId: 1, email: 'a@example.com', role: 'admin' };
export const customer: Customer = { kind: 'customer', proposalId: 7, orgId: 1 };

export const send: CommandOf<'send'> = {
  kind: 'send',
  proposalId: 7,
  actor: staff,
  expiresAt: new Date('2026-12-23T12:00:00Z'),
};
export const view: CommandOf<'view'> = { kind: 'view', proposalId: 7, actor: customer };
export const approve: CommandOf<'approve'> = {
  kind: 'approve',
  proposalId: 7,
  actor: customer,
  name: 'Ada',
  version: 2,
  ip: '192.0.2.1',
};
export const revokeLinks: CommandOf<'revoke_links'> = { kind: 'revoke_links', proposalId: 7, actor: staff };
export const makeVoid: CommandOf<'void'> = { kind: 'void', proposalId: 7, actor: staff };
export const checkout: Checkout = {
  sessionId: 'cs_test_1',
  url: 'https://checkout.stripe.test/1',
  version: 2,
  depositCents: 472_500,
  totalCents: 1_575_000,
  amountCents: 472_500,
  currency: 'usd',
  expiresAt: new Date('2026-11-24T11:55:00Z'),
  devMode: false,
};

/** Records a session made for the proposal's total, with any part of it replaced. */
export function recordCheckout(part: Partial<Checkout> = {}): CommandOf<'record_checkout'> {
  const made = { ...checkout, ...part };
  return { kind: 'record_checkout', proposalId: 7, actor: customer, statedTotalCents: null, checkout: made };
}

/** Changes the content to one with this hash, for $10,000.00. */
export function revise(contentHash: string, version = 2, actor: Actor = staff): CommandOf<'revise'> {
  const content = {
    ...{ title: 'Kitchen', customerName: 'Ada', customerEmail: 'ada@example.com', currency: 'usd' },
    ...{ lineItems: [], discount: {}, schedule: null, validUntil: null, terms: null },
  };
  const replaced = { ...content, totalCents: 1_575_000 };
  return {
    ...{ kind: 'revise', proposalId: 7, actor, version, replaced },
    content: { ...content, totalCents: 1_000_000, contentHash },
  };
}

export const paidSession: SessionObservation = {
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
};
export const refund: RefundObservation = {
  fact: 'refund',
  refundId: 're_1',
  amountCents: 100_000,
  currency: 'usd',
  status: 'succeeded',
  paymentIntent: 'pi_1',
};
export const dispute: DisputeObservation = {
  fact: 'dispute',
  disputeId: 'du_1',
  amountCents: 472_500,
  currency: 'usd',
  status: 'needs_response',
  reason: 'fraudulent',
  paymentIntent: 'pi_1',
};

export function observe(observation: Observation): CommandOf<'settle'> {
  return { kind: 'settle', proposalId: 7, via: 'stripe', observation };
}

/** The payment of the session, with any part of it replaced. */
export const pay = (part: Partial<SessionObservation> = {}) => observe({ ...paidSession, ...part });

/** A session that ended, or is at work, without being paid. */
export const session = (fact: SessionObservation['fact'], sessionId = 'cs_test_1') =>
  observe({ ...paidSession, fact, sessionId, paymentStatus: 'unpaid' });

/** The state that a history of commands leads to. All of them must be accepted. */
export function given(...history: readonly ProposalCommand[]) {
  const state = history.reduce<Proposal>((before, command) => {
    const decision = decide(before, command, noon);
    if (isRejection(decision)) throw new Error(`${command.kind} was rejected: ${decision.rejected}`);
    return apply(before, decision.events);
  }, initialProposal(terms));
  return { state, when: (command: ProposalCommand, now = noon) => decided(state, command, now) };
}

/** The entries of commands, one after the other, as they would be appended. */
export function entriesOf(
  commands: readonly ProposalCommand[],
  before: Proposal = initialProposal(terms),
  at = noon,
): NewEntry[] {
  let state = before;
  return commands.flatMap((command) => {
    const decision = decide(state, command, at);
    if (isRejection(decision)) throw new Error(`${command.kind} was rejected: ${decision.rejected}`);
    const entries = decision.events.map((event, index) => ({
      ...event,
      ...{ orgId: 1, proposalId: 7, seq: state.seq + index + 1, createdAt: at },
      dedupeKey: keyOf(event, 7, at),
    }));
    state = evolve(state, entries);
    return entries;
  });
}

/** The state after these events. */
export function apply(state: Proposal, events: readonly StampedEvent[], now = noon): Proposal {
  return evolve(
    state,
    events.map((event) => ({ ...event, createdAt: now })),
  );
}

function decided(state: Proposal, command: ProposalCommand, now: Date) {
  const decision = decide(state, command, now);
  const events = isRejection(decision) ? [] : decision.events;
  const rejected = isRejection(decision) ? decision.rejected : undefined;
  return {
    events,
    /** The state after the command. */
    state: apply(state, events, now),
    thenRecords(...names: EventName[]) {
      expect({ rejected, events: events.map(({ event }) => event) }).toEqual({
        rejected: undefined,
        events: names,
      });
    },
    thenNothing() {
      expect(decision).toEqual({ events: [] });
    },
    thenRejects(code: string) {
      expect(rejected).toBe(code);
    },
  };
}
