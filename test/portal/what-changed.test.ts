import { expect, test } from 'vitest';
import { whatChanged } from '../../portal/src/customer/what-changed.ts';

const item = (description: string, quantity = 1, unit_price_cents = 100) => ({
  description,
  quantity,
  unit_price_cents,
});
const offer = (title: string, ...line_items: ReturnType<typeof item>[]) => ({
  title,
  line_items,
  total_cents: line_items.reduce((sum, each) => sum + each.quantity * each.unit_price_cents, 0),
});
const money = (cents: number) => `${cents} cents`;

test('equal items are no change, in any order', () => {
  expect(whatChanged(offer('A', item('x'), item('y')), offer('A', item('y'), item('x')), money)).toEqual([]);
});

test('a new title, item, price and total and a removed item are listed', () => {
  const before = offer('A', item('stays'), item('dearer'), item('gone', 2));
  const after = offer('B', item('stays'), item('dearer', 1, 150), item('new', 3));
  expect(whatChanged(before, after, money)).toEqual([
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
  expect(whatChanged(before, after, money)).toEqual([
    { what: 'item', before: item('day', 2), after: item('day', 3) },
    { what: 'total', before: '300 cents', after: '400 cents' },
  ]);
  expect(whatChanged(before, offer('A', item('day', 1)), money)[0]).toEqual({
    what: 'item',
    before: item('day', 2),
    after: null,
  });
});
