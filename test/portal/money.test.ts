import { expect, test } from 'vitest';
import { formatMoney } from '../../portal/src/money.ts';

test.each([
  [472_500, 'usd', '$4,725.00'],
  [472_545, 'huf', 'HUF 4,725.45'], // what would be charged, to the fillér
  [4_725, 'jpy', '¥4,725'],
  [472_500, 'isk', 'ISK 4,725'],
  [4_725_120, 'kwd', 'KWD 4,725.120'],
])('%i minor units of %s are written %s', (cents, currency, written) => {
  expect(formatMoney(cents, currency).replaceAll('\u00a0', ' ')).toBe(written);
});
