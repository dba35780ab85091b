import { describe, expect, test } from 'vitest';
import type { Proposal } from '../../src/domain/proposal.ts';
import { sharesOf } from '../../src/mail/shares.ts';
import { noon } from '../support/given.ts';
import { facts } from '../support/mail-facts.ts';

const approval = { version: 2, name: 'Ada', actor: 'customer', userId: undefined, at: noon } as const;
const schedule = [
  { key: 'deposit', label: 'Deposit', percent: 30, due: 'approval' },
  { key: 'part-2', label: 'Start', percent: 30, due: { date: '2026-12-10' } },
  { key: 'part-3', label: 'Middle', percent: 20, due: { days_after_approval: 40 } },
  { key: 'balance', label: 'Balance', rest: true, due: 'request' },
] as const;
const approved: Partial<Proposal> = { lifecycle: 'approved', approval, schedule };

/** The names of the shares, each with when it is due. */
function said(shares: ReturnType<typeof sharesOf>) {
  return shares?.map(({ name, dueAt }) => [name, dueAt?.toISOString() ?? null]);
}

test('a customer who was sent an offer is reminded after one, three and seven days, unless the org says otherwise', () => {
  expect(said(sharesOf('reminder', facts('sent')))).toEqual([
    ['after:1', '2026-11-24T12:00:00.000Z'],
    ['after:3', '2026-11-26T12:00:00.000Z'],
    ['after:7', '2026-11-30T12:00:00.000Z'],
  ]);
  expect(said(sharesOf('reminder', facts('sent', {}, { reminderDays: [2] })))).toEqual([
    ['after:2', '2026-11-25T12:00:00.000Z'],
  ]);
  expect(sharesOf('reminder', facts('sent', {}, { reminderDays: [] }))).toEqual([]);
});

test('one who approved is reminded of each part whose date is known, after that date', () => {
  expect(said(sharesOf('reminder', facts('approve', approved, { reminderDays: [1] })))).toEqual([
    ['deposit:1', '2026-11-24T12:00:00.000Z'],
    ['part-2:1', '2026-12-11T09:00:00.000Z'],
    ['part-3:1', '2027-01-03T09:00:00.000Z'],
  ]);
});

test('a part that is due on a date is asked for in the morning of it, in the org’s time zone', () => {
  const inNewYork = { ...approved, timeZone: 'America/New_York' };
  expect(said(sharesOf('instalment', facts('approve', inNewYork)))).toEqual([
    ['part-2', '2026-12-10T14:00:00.000Z'],
    ['part-3', '2027-01-02T14:00:00.000Z'],
  ]);
});

test('parts that are due together are asked for once, and none before the approval', () => {
  const due = { date: '2026-11-01' };
  const together = [
    { key: 'one', label: 'One', percent: 30, due },
    { key: 'two', label: 'Two', percent: 30, due },
    { key: 'balance', label: 'Balance', rest: true, due: { days_after_approval: 10 } },
  ] as const;
  const given = facts('approve', { ...approved, schedule: together }, { reminderDays: [3] });
  expect(said(sharesOf('instalment', given))).toEqual([
    ['two', '2026-11-23T12:00:00.000Z'],
    ['balance', '2026-12-03T09:00:00.000Z'],
  ]);
  expect(said(sharesOf('reminder', given))).toEqual([
    ['two:3', '2026-11-26T09:00:00.000Z'],
    ['balance:3', '2026-12-06T09:00:00.000Z'],
  ]);
});

test('what staff ask for is one mail, and is due at once', () => {
  expect(sharesOf('instalment', facts('payment_requested', approved))).toBeNull();
});

describe('an offer that runs out', () => {
  test.each([
    ['2026-12-31', [['last_days', '2026-12-29T09:00:00.000Z']]],
    ['2026-11-26', [['last_days', '2026-11-24T09:00:00.000Z']]],
    // It was sent within its last days.
    ['2026-11-25', []],
    ['2026-11-23', []],
    [null, []],
  ])('on %s is said to two days before', (validUntil, expected) => {
    expect(said(sharesOf('expiring', facts('sent', { validUntil })))).toEqual(expected);
  });
});

describe('a notice', () => {
  const people = [
    { id: 1, email: 'a@example.org', role: 'admin' },
    { id: 2, email: 'b@example.org', role: 'staff' },
  ] as const;
  test.each([
    [null, ['user:1', 'user:2']],
    [{ paid: 'everyone' }, ['user:1', 'user:2']],
    [{ paid: 'admins' }, ['user:1']],
    [{ paid: 'none' }, []],
    [{ viewed: 'none' }, ['user:1', 'user:2']],
  ] as const)('goes to those that the org chose: %j', (notify, expected) => {
    const shares = sharesOf('notice', facts('payment_success', {}, { people, notify }));
    expect(shares?.map(({ name }) => name)).toEqual(expected);
  });
});

test.each(['link', 'new_link', 'receipt', 'payment_failed', 'refund', 'withdrawn'] as const)(
  'the mail %s is one',
  (kind) => expect(sharesOf(kind, facts('sent'))).toBeNull(),
);
