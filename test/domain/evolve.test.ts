import { expect, test } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { isRejection } from '../../src/domain/decision.ts';
import type { StampedEvent } from '../../src/domain/entry.ts';
import { evolve } from '../../src/domain/evolve.ts';
import {
  approve,
  dispute,
  given,
  noon,
  observe,
  pay,
  recordCheckout,
  refund,
  send,
} from '../support/given.ts';

test('an event of a later version keeps its place and changes nothing else', () => {
  const event = { event: 'payment_forgiven', meta: {}, actor: 'stripe' } as unknown as StampedEvent;
  const { state } = given(approve);
  expect(evolve(state, [{ ...event, createdAt: noon }])).toEqual({ ...state, seq: 2 });
});

const history = [send, approve, recordCheckout(), pay(), observe(refund), observe(dispute)];

test('a history that is folded at once leads where it leads entry by entry, and changes no state before it', () => {
  const { state: before } = given();
  const untouched = structuredClone(before);
  const entries: (StampedEvent & { createdAt: Date })[] = [];
  let oneByOne = before;
  for (const command of history) {
    const decision = decide(oneByOne, command, noon);
    if (isRejection(decision)) throw new Error(decision.rejected);
    for (const event of decision.events) {
      entries.push({ ...event, createdAt: noon });
      const kept = structuredClone(oneByOne);
      const next = evolve(oneByOne, [{ ...event, createdAt: noon }]);
      expect(oneByOne).toEqual(kept);
      oneByOne = next;
    }
  }
  expect(entries).toHaveLength(6);
  expect(evolve(before, entries)).toEqual(oneByOne);
  expect(before).toEqual(untouched);
});
