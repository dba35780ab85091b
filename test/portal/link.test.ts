import { expect, test } from 'vitest';
import { readAccountLink, readLink } from '../../portal/src/link.ts';

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.a_b-c';
const link = { proposalId: '7', token };

test.each([
  ['as it was sent', `/proposal/7#token=${token}`],
  ['with a slash', `/proposal/7/#token=${token}`],
  ['with what came back from Stripe', `/proposal/7?session_id=cs_test_1#token=${token}`],
  ['whose # was encoded', `/proposal/7%23token=${token}`],
  ['whose # was encoded twice', `/proposal/7%2523token=${token}`],
  ['of which all was encoded', `/proposal/7${encodeURIComponent(`#token=${token}`)}`],
  ['with the full stop of its sentence', `/proposal/7#token=${token}.`],
  ['in brackets', `/proposal/7#token=${token}%3E)`],
  ['that a campaign was added to', `/proposal/7#token=${token}?utm_source=x`],
  ['with a sentence behind it', `/proposal/7#token=${token}),thanks`],
  ['with a line break in the token', `/proposal/7#token=${token.slice(0, 20)}%0D%0A%20${token.slice(20)}`],
  ['with what a mail program counts clicks by', `/proposal/7#utm_source=mail&token=${token}&utm_medium=link`],
])('a link %s is read', (_, address) => {
  expect(readLink(address)).toEqual(link);
});

test.each([
  ['that lost its fragment', '/proposal/7'],
  ['that lost its token', '/proposal/7#token='],
  ['with a token in its query, which servers see', `/proposal/7?token=${token}`],
  ['to another page', `/staff/proposals/7#token=${token}`],
  ['to no proposal', `/proposal/seven#token=${token}`],
  ['that cannot be decoded', '/proposal/7%E0%A4%A'],
])('a link %s is none', (_, address) => {
  expect(readLink(address)).toBeNull();
});

test('what is no token is taken as it is, for the API to refuse', () => {
  expect(readLink('/proposal/7#token=nonsense')).toEqual({ proposalId: '7', token: 'nonsense' });
});

test.each(['invitation', 'reset'] as const)('a link about an account is read in the same way: %s', (kind) => {
  for (const address of [
    `#token=${token}`,
    `/#token=${token}.`,
    `%2523token=${token}`,
    `?x=1#token=${token}%3E)`,
  ]) {
    expect(readAccountLink(`/staff/${kind}${address}`)).toEqual({ kind, token });
  }
});

test.each([
  '/staff/reset',
  `/staff/reset?token=${token}`,
  `/staff/team#token=${token}`,
  `/proposal/7#token=${token}`,
])('no link about an account is %s', (address) => {
  expect(readAccountLink(address)).toBe(null);
});
