import { expect, test } from 'vitest';
import type { StampedEvent } from '../../src/domain/entry.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { approve, given, noon } from '../support/given.ts';

test('an event of a later version keeps its place and changes nothing else', () => {
  const event = { event: 'payment_forgiven', meta: {}, actor: 'stripe' } as unknown as StampedEvent;
  const { state } = given(approve);
  expect(evolve(state, { ...event, createdAt: noon })).toEqual({ ...state, seq: 2 });
});
