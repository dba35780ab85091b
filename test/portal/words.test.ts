import { expect, test } from 'vitest';

// Words that misled people, and what is said instead. They stand in no page and in no mail.

const sources = {
  ...import.meta.glob<string>('../../portal/src/**/*.{ts,tsx}', {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
  ...import.meta.glob<string>('../../src/mail/*.ts', { query: '?raw', import: 'default', eager: true }),
  ...import.meta.glob<string>('../../src/domain/words.ts', { query: '?raw', import: 'default', eager: true }),
};

test.each([
  ['to begin with', 'Due now'],
  ['Remains to be paid later', 'Balance due later'],
  ['Looked at', 'Viewed'],
  ["'Made'", 'Created'],
  ['Link made', 'Link created (version'],
  ['What is offered', 'Line items'],
  ['Save as a new version', 'Save new version'],
  ['approved anew', 'approved again'],
  ['Please look:', 'Needs attention:'],
  ['not as agreed', 'mismatches'],
  ['no proposal claims', 'Unmatched payments'],
  ['asked for. £', 'Wrong amount: received'],
  ['told by Stripe', 'via Stripe'],
  ['Half pay within', 'Median time to pay'],
  ['Nine in ten pay', '90% pay within'],
  ['not heard of your payment', 'Still confirming your payment'],
  ['Your bank was asked for', 'is processing'],
  ['internet address', 'IP address'],
  ['could not be found out', 'We couldn’t check'],
  ['another currency than', 'a different currency than'],
])('“%s” is not said any more', (before, instead) => {
  const text = Object.values(sources).join('\n');
  expect(text).not.toContain(before);
  expect(text).toContain(instead);
});

test('no sentence of the server is shown as it came', () => {
  for (const [file, source] of Object.entries(sources))
    if (/\/(customer|staff|ui|fields)\//.test(file)) expect(source, file).not.toMatch(/error\.message/);
});
