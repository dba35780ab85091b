import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { protectedRoutes } from '../support/protected-routes.ts';
import { bindings, createOrg, createProposal, rowCounts, tokens } from '../support/world.ts';

const key = new TextEncoder().encode(bindings.JWT_SECRET);
const otherKey = new TextEncoder().encode('another-secret-another-secret-another-secret');
const hour = 3600;

/** A valid staff token, except for the given change. */
function sign(change: { audience?: string; issuer?: string; expiresIn?: number; secret?: Uint8Array } = {}) {
  return new SignJWT({ org_id: 1, email: 'a@example.com', role: 'admin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('1')
    .setAudience(change.audience ?? 'staff')
    .setIssuer(change.issuer ?? 'portal-payments-api')
    .setExpirationTime(Math.floor(Date.now() / 1000) + (change.expiresIn ?? hour))
    .sign(change.secret ?? key);
}

const base64url = (value: object) => btoa(JSON.stringify(value)).replaceAll('=', '');

function unsigned(): string {
  const claims = {
    iss: 'portal-payments-api',
    aud: 'staff',
    sub: '1',
    org_id: 1,
    email: 'a@example.com',
    role: 'admin',
  };
  const exp = Math.floor(Date.now() / 1000) + hour;
  return `${base64url({ alg: 'none' })}.${base64url({ ...claims, exp })}.`;
}

const foreignTokens: [string, () => Promise<string> | string, string][] = [
  ['a malformed token', () => 'not.a.token', 'token_invalid'],
  ['an expired token', () => sign({ expiresIn: -1 }), 'token_expired'],
  ['a token for another audience', () => sign({ audience: 'another-service' }), 'token_invalid'],
  ['a token of another issuer', () => sign({ issuer: 'another-service' }), 'token_invalid'],
  ['a token signed with another key', () => sign({ secret: otherKey }), 'token_invalid'],
  ['a token with alg none', unsigned, 'token_invalid'],
];

describe.each(protectedRoutes)('$route', ({ route, customer }) => {
  test('requires a token', async () => {
    const answer = await call(route);
    expect(answer).toMatchObject({ status: 401, json: { code: 'token_missing' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each(foreignTokens)('refuses %s', async (_, make, code) => {
    const before = await rowCounts();
    const answer = await call(route, { token: await make() });
    expect(answer).toMatchObject({ status: 401, json: { code } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await rowCounts()).toEqual(before);
  });

  test(customer ? 'lets a portal link act on its own proposal only' : 'refuses a portal link', async () => {
    const org = await createOrg();
    const own = await createProposal(org.id);
    const other = await createProposal(org.id);
    const before = await rowCounts();
    const answer = await call(route.replace('/1', `/${other.id}`), {
      token: own.token,
      ...(route.startsWith('POST')
        ? { json: { proposal_id: other.id, name: 'Eve', version: 1, reason: 'price' } }
        : {}),
    });
    // A session's id does not name its proposal, so a foreign one looks like an unknown one.
    const refusal = route.includes('/payments/sessions/') ? [404, 'session_not_found'] : [403, 'forbidden'];
    expect([answer.status, answer.json.code]).toEqual(refusal);
    expect(await rowCounts()).toEqual(before);
  });
});

test('a portal token is no staff token, though the key is the same', async () => {
  const token = await tokens.signPortal(
    { kind: 'customer', proposalId: 1, orgId: 1 },
    'Test',
    new Date(Date.now() + 60_000),
  );
  expect(await call('GET /auth/me', { token })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
});
