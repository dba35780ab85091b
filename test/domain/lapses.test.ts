import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays } from '../../src/domain/calendar.ts';
import { lapsedOn, lapsesOf } from '../../src/domain/lapses.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import { named, type Part } from '../../src/domain/terms.ts';
import { approve, given, pay, recordCheckout, send } from '../support/given.ts';

// All of it was approved on 23 November 2026 (`noon`).

const [first, second] = ['2026-12-01', '2026-12-24'];
const schedule = named([
  { label: 'Deposit', percent: 30, due: 'approval' },
  { label: 'First', percent: 20, due: { date: first } },
  { label: 'Second', percent: 30, due: { date: second } },
  { label: 'Rest', rest: true, due: 'request' },
]);

const withTerms = (state: Proposal, terms: Partial<Proposal>): Proposal => ({ ...state, schedule, ...terms });

describe('what runs out by the clock', () => {
  test('is a part of the schedule from the day after its date on, until it is paid', () => {
    const approved = withTerms(given(approve).state, {});
    expect(lapsesOf(approved)).toEqual([
      { from: '2026-11-24', until: first, overdueInstalments: 1, isExpired: false },
      { from: first, until: '2026-12-02', overdueInstalments: 1, isExpired: false },
      { from: '2026-12-02', until: second, overdueInstalments: 2, isExpired: false },
      { from: second, until: '2026-12-25', overdueInstalments: 2, isExpired: false },
      { from: '2026-12-25', until: null, overdueInstalments: 3, isExpired: false },
    ]);
    const paid = withTerms(given(approve, recordCheckout(), pay()).state, {});
    expect(lapsesOf(paid).map(({ from, overdueInstalments }) => [from, overdueInstalments])).toEqual([
      ['2026-12-02', 1],
      [second, 1],
      ['2026-12-25', 2],
    ]);
  });

  test('is an offer after its last day; then nothing of it is overdue any more', () => {
    const sent = withTerms(given(send).state, { validUntil: '2026-11-30' });
    expect(lapsesOf(sent)).toEqual([
      { from: '2026-12-01', until: '2026-12-02', overdueInstalments: 0, isExpired: true },
      { from: '2026-12-02', until: second, overdueInstalments: 0, isExpired: true },
      { from: second, until: '2026-12-25', overdueInstalments: 0, isExpired: true },
      { from: '2026-12-25', until: null, overdueInstalments: 0, isExpired: true },
    ]);
    const approved = withTerms(given(send, approve).state, { validUntil: '2026-11-30' });
    expect(lapsedOn(approved, '2026-11-30')).toEqual({ overdueInstalments: 1, isExpired: false });
    expect(lapsedOn(approved, '2026-12-25')).toEqual({ overdueInstalments: 0, isExpired: true });
  });

  test('is nothing of a draft that was never sent', () => {
    expect(lapsesOf(withTerms(given().state, { validUntil: '2026-11-30' }))).toEqual([]);
  });

  test('is the same on every day, however it is looked up', () => {
    const days = fc.integer({ min: 0, max: 40 });
    const due = fc.oneof(
      fc.constantFrom('approval' as const, 'request' as const),
      days.map((count) => ({ date: addDays('2026-11-10', count) })),
      days.map((count) => ({ days_after_approval: count })),
    );
    const histories = [[], [send], [approve], [send, approve, recordCheckout(), pay()]];
    fc.assert(
      fc.property(
        fc.array(due, { minLength: 1, maxLength: 5 }),
        fc.option(days),
        fc.constantFrom(...histories),
        fc.constantFrom('UTC', 'Pacific/Auckland', 'America/Los_Angeles'),
        days,
        (dues, valid, history, timeZone, after) => {
          const parts: Part[] = named([
            ...dues.map((when) => ({ label: 'Part', percent: 10, due: when })),
            { label: 'Rest', rest: true as const, due: 'request' as const },
          ]);
          const validUntil = valid === null ? null : addDays('2026-11-10', valid);
          const state = withTerms(given(...history).state, { schedule: parts, validUntil, timeZone });
          const day = addDays('2026-11-10', after);
          const lapse = lapsesOf(state).find(
            ({ from, until }) => from <= day && (until === null || day < until),
          );
          const { overdueInstalments = 0, isExpired = false } = lapse ?? {};
          expect({ overdueInstalments, isExpired }).toEqual(lapsedOn(state, day));
        },
      ),
    );
  });
});
