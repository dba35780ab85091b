import { expect, test } from 'vitest';
import type { Entry } from '../../src/domain/entry.ts';
import { Tail } from '../../src/log/tail.ts';

const entry = (id: number) => ({ id }) as Entry;
const none = () => 0;
const idsOf = (tail: Tail) => tail.segment.entries.map(({ id }) => id);

test('a tail holds what was appended above a checkpoint, past the entries of other shards', () => {
  const tail = new Tail(10);
  expect(tail.add({ entries: [entry(11), entry(12)], before: 10, missed: false }, none)).toBe(true);
  expect(tail.add({ entries: [entry(20)], before: 19, missed: false }, none)).toBe(true);
  expect(tail.segment).toMatchObject({ from: 10, upTo: 20, isLast: true });
  expect(idsOf(tail)).toEqual([11, 12, 20]);
});

test('an append that writes no entry moves its head to the end of the log', () => {
  const tail = new Tail(10);
  expect(tail.add({ entries: [], before: 30, missed: false }, none)).toBe(true);
  expect([tail.head, tail.size]).toEqual([30, 0]);
});

test('where it missed entries it begins again with what was appended, and says so', () => {
  const tail = new Tail(10);
  tail.add({ entries: [entry(11)], before: 10, missed: false }, none);
  expect(tail.add({ entries: [entry(14)], before: 13, missed: true }, () => 10)).toBe(false);
  expect(tail.segment).toMatchObject({ from: 13, upTo: 14 });
  expect(idsOf(tail)).toEqual([14]);
});

test('what it missed is no gap where a catch-up has folded it meanwhile; the tail claims none of it', () => {
  const tail = new Tail(10);
  expect(tail.add({ entries: [entry(14)], before: 13, missed: true }, () => 13)).toBe(true);
  expect(tail.segment).toMatchObject({ from: 13, upTo: 14 });
});

test('it is bounded: while a gap stays open it drops what it holds', () => {
  const tail = new Tail(0);
  const appends = [0, 1_000, 2_000, 3_000, 4_000, 5_000].map((before) => {
    const entries = Array.from({ length: 1_000 }, (_, index) => entry(before + index + 1));
    return tail.add({ entries, before, missed: false }, none);
  });
  expect(appends).toEqual([true, true, true, true, true, false]);
  expect([tail.size, tail.segment.from]).toEqual([1_000, 5_000]);
});
