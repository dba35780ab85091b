import { expect, test } from 'vitest';
import { isEmailAddress, toAsciiAddress } from '../../src/domain/email-address.ts';

const longest = 'a'.repeat(64);

test.each([
  "o'brien@example.ie",
  'mary@example.com',
  'MARY+books@Example.CO.UK',
  'anna@bücher.example',
  'info@例え.jp',
  'a@मेल.भारत',
  'user@xn--bcher-kva.example',
  `${longest}@example.com`,
])('%s is an address', (address) => {
  expect(isEmailAddress(address)).toBe(true);
});

test.each([
  'mary@example',
  'mary',
  '@example.com',
  'mary@',
  'mary@@example.com',
  'mary smith@example.com',
  'mary@exa mple.com',
  'mary@example..com',
  'mary@-example.com',
  'mary@example.com.',
  'mary@127.0.0.1',
  'mary@1.2',
  'mary@example.com/path',
  'mary@example.com:25',
  '"mary"@example.com',
  'josé@example.com', // needs SMTPUTF8, which not every server has
  `${longest}a@example.com`,
  `mary@${`${'a'.repeat(60)}.`.repeat(5)}com`,
])('%s is none', (address) => {
  expect(isEmailAddress(address)).toBe(false);
});

test('a domain is mailed in ASCII, however it was typed', () => {
  expect(toAsciiAddress('anna@bücher.example')).toBe('anna@xn--bcher-kva.example');
  expect(toAsciiAddress("o'brien@example.ie")).toBe("o'brien@example.ie");
});
