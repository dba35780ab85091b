import { expect, test } from 'vitest';
import { whatChanged } from '../../portal/src/customer/what-changed.ts';

const item = (description: string, quantity = 1, unit_price_cents = 100) => ({
  description,
  quantity,
  unit_price_cents,
});
const offer = (title: string, ...line_items: ReturnType<typeof item>[]) => ({
  version: 1,
  title,
  line_items,
  total_cents: line_items.reduce((sum, each) => sum + each.quantity * each.unit_price_cents, 0),
  ...{ discount_percent: null, discount_cents: null, schedule: [], valid_until: null, terms: null },
});
const words = {
  money: (cents: number) => `${cents} cents`,
  percent: (percent: number) => `${percent} %`,
  day: (date: string) => date,
  when: ({ due }: { due: unknown }) => String(due),
};

test('equal items are no change, in any order', () => {
  expect(whatChanged(offer('A', item('x'), item('y')), offer('A', item('y'), item('x')), words)).toEqual([]);
});

test('a new title, item, price and total and a removed item are listed', () => {
  const before = offer('A', item('stays'), item('dearer'), item('gone', 2));
  const after = offer('B', item('stays'), item('dearer', 1, 150), item('new', 3));
  expect(whatChanged(before, after, words)).toEqual([
    { what: 'title', before: 'A', after: 'B' },
    { what: 'item', before: item('dearer'), after: item('dearer', 1, 150) },
    { what: 'item', before: null, after: item('new', 3) },
    { what: 'item', before: item('gone', 2), after: null },
    { what: 'total', before: '400 cents', after: '550 cents' },
  ]);
});

test('items of the same name are matched by their order', () => {
  const before = offer('A', item('day', 1), item('day', 2));
  const after = offer('A', item('day', 1), item('day', 3));
  expect(whatChanged(before, after, words)).toEqual([
    { what: 'item', before: item('day', 2), after: item('day', 3) },
    { what: 'total', before: '300 cents', after: '400 cents' },
  ]);
  expect(whatChanged(before, offer('A', item('day', 1)), words)[0]).toEqual({
    what: 'item',
    before: item('day', 2),
    after: null,
  });
});

test('another deposit, last day, discount or text is a change, also where the total is the same', () => {
  const before = offer('A', item('day'));
  const part = {
    key: 'deposit',
    label: 'Deposit',
    amount_cents: 30,
    due: 'approval',
    due_on: null,
    state: 'later',
  } as const;
  const after = {
    ...{ ...before, discount_percent: 5, valid_until: '2026-12-01', terms: 'Net 14.' },
    schedule: [part],
    line_items: [{ ...item('day'), tax_percent: 19, tax_inclusive: true }],
  } as never as typeof before;
  expect(whatChanged(before, after, words)).toEqual([
    { what: 'item', before: item('day'), after: { ...item('day'), tax_percent: 19, tax_inclusive: true } },
    { what: 'discount', before: null, after: '5 %' },
    { what: 'payments', before: '', after: 'Deposit 30 cents, approval' },
    { what: 'valid_until', before: null, after: '2026-12-01' },
    { what: 'terms', before: null, after: 'Net 14.' },
  ]);
});

test('a schedule of which an earlier release left no trace is not said to have changed', () => {
  const schedule = [{ label: 'Deposit', amount_cents: 100, due: 'approval' as const }];
  const after = { ...offer('A', item('x')), schedule };
  expect(whatChanged({ ...after, schedule: null }, after, words)).toEqual([]);
});
