import { expect, test } from 'vitest';
import type { ProposalCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import { isRejection } from '../../src/domain/decision.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import {
  approve,
  given,
  makeVoid,
  noon,
  observe,
  pay,
  recordCheckout,
  refund,
  revise,
  revokeLinks,
  send,
  staff,
  view,
} from '../support/given.ts';

const another = recordCheckout({ sessionId: 'cs_another' });
const wanted = {
  pay: 'due' as const,
  statedTotalCents: null,
  devMode: false,
  unknownSessions: new Set<string>(),
};
const { state: fresh } = given();
const { state: approved } = given(approve);

function outcomeOf(command: ProposalCommand, state: typeof fresh): string {
  const decision = decide(state, command, noon);
  return isRejection(decision) ? decision.rejected : String(decision.events[0]?.event ?? 'nothing');
}

const cash: ProposalCommand = {
  ...{ kind: 'record_payment', proposalId: 7, actor: staff, paymentId: 'a-b', method: 'cash' },
  ...{ amountCents: 1_000, receivedOn: '2026-11-23', reference: null, overpayment: false },
};

test.each([
  [1_000, 'send', send, fresh],
  [500, 'view', view, fresh], // a link alone cannot use up what staff need
  [1_000, 'approve', approve, fresh],
  [1_000, 'revise', revise('other'), fresh],
  [1_000, 'record_checkout', another, approved],
  [2_000, 'record_payment', cash, approved], // before it can be void, its money must go back
] as const)('at %i entries people cannot %s any more', (most, _, command, state) => {
  expect(outcomeOf(command, { ...state, seq: most - 1 })).not.toBe('limit_reached');
  expect(outcomeOf(command, { ...state, seq: most })).toBe('limit_reached');
});

test("at any number of entries Stripe's facts are recorded, and staff can end it", () => {
  const full = { ...given(approve, recordCheckout()).state, seq: 100_000 };
  expect(outcomeOf(pay(), full)).toBe('payment_success');
  const paid = { ...given(approve, recordCheckout(), pay()).state, seq: 100_000 };
  expect(outcomeOf(observe(refund), paid)).toBe('payment_refunded');
  expect(outcomeOf(makeVoid, full)).toBe('void');
  expect(outcomeOf(revokeLinks, full)).toBe('links_revoked');
});

test('a replay is answered as ever', () => {
  expect(outcomeOf(approve, { ...approved, seq: 1_000 })).toBe('nothing');
});

test('there are at most 100 versions', () => {
  expect(outcomeOf(revise('other', 99), { ...fresh, version: 99 })).toBe('revised');
  expect(outcomeOf(revise('other', 100), { ...fresh, version: 100 })).toBe('limit_reached');
});

test('there are at most 100 checkouts: none is made that could not be recorded, and an open one is handed out', () => {
  const full = { ...approved, forgottenSessions: 100 };
  expect(nextStep({ ...approved, forgottenSessions: 99 }, wanted, noon)).toMatchObject({ step: 'create' });
  expect(nextStep(full, wanted, noon)).toMatchObject({
    step: 'refuse',
    rejection: { rejected: 'limit_reached' },
  });
  expect(outcomeOf(another, full)).toBe('limit_reached');
  const open = { ...given(approve, recordCheckout()).state, forgottenSessions: 100 };
  expect(nextStep(open, wanted, noon)).toMatchObject({ step: 'offer' });
});
