import { describe, expect, test } from 'vitest';
import type { Bindings } from '../src/config.ts';
import { call } from './support/api.ts';
import { bindings, createOrg, createProposal, eventsOf, paidEvent } from './support/world.ts';

const whole: Partial<Bindings> = {
  ENVIRONMENT: 'production',
  STRIPE_SECRET_KEY: 'sk_live_only_for_tests_only_for_tests',
  STRIPE_WEBHOOK_SECRET: 'whsec_only_for_tests_only_for_tests',
  JWT_SECRET: bindings.JWT_SECRET,
  DATABASE_URL: bindings.DATABASE_URL,
  METRICS_TOKEN: 'only-for-tests-only-for-tests',
  OPERATOR_TOKEN: 'only-for-operators-only-for-operators',
  PORTAL_PUBLIC_URL: 'https://portal.example',
  INTUIT_CLIENT_ID: 'only-for-tests-only-for-tests',
  INTUIT_CLIENT_SECRET: 'only-for-tests-only-for-tests',
  BOOKS_TOKEN_KEYS: 'b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtLS0=',
};

/** Values that look like one and are none. */
const wrong: Record<string, readonly string[]> = {
  STRIPE_SECRET_KEY: ['sk_live_too_short'],
  STRIPE_WEBHOOK_SECRET: ['whsec_x', 'x'.repeat(40)],
  JWT_SECRET: ['thirty-one-bytes-thirty-one-byt', ' '.repeat(32), '0'.repeat(64)],
  DATABASE_URL: ['postgres://host-without-user/db'],
  METRICS_TOKEN: ['token', '1234'.repeat(8)],
  OPERATOR_TOKEN: ['token', ' '.repeat(32)],
  INTUIT_CLIENT_ID: ['AB-12'],
  INTUIT_CLIENT_SECRET: ['AB-12', '1234'.repeat(8)],
  BOOKS_TOKEN_KEYS: ['a'.repeat(44), 'b25seS1mb3ItdGVzdHM=', `${'A'.repeat(43)}=`],
  PORTAL_PUBLIC_URL: ['portal.example', 'javascript:alert(1)', 'file:///etc/passwd'],
};

const needs: [keyof Bindings, string[]][] = [
  ['STRIPE_SECRET_KEY', ['POST /payments/checkout_session', 'POST /payments/webhook']],
  ['STRIPE_WEBHOOK_SECRET', ['POST /payments/webhook']],
  [
    'JWT_SECRET',
    ['POST /auth/login', 'GET /auth/me', 'GET /leads', 'GET /proposals', 'POST /payments/checkout_session'],
  ],
  [
    'DATABASE_URL',
    [
      'POST /auth/login',
      'GET /leads',
      'POST /leads',
      'GET /proposals',
      'POST /payments/checkout_session',
      'GET /metrics',
    ],
  ],
  ['METRICS_TOKEN', ['GET /metrics']],
  ['OPERATOR_TOKEN', ['POST /metrics/rebuild']],
  ['PORTAL_PUBLIC_URL', ['GET /proposals', 'POST /payments/checkout_session']],
  ['INTUIT_CLIENT_ID', ['POST /quickbooks/connect']],
  ['INTUIT_CLIENT_SECRET', ['POST /quickbooks/connect']],
  ['BOOKS_TOKEN_KEYS', ['POST /quickbooks/connect']],
];

describe.each(needs)('in production, without %s', (name, routes) => {
  test.each(routes)('%s answers 503 and names it, not its value', async (route) => {
    const org = await createOrg();
    const json = { proposal_id: 7, email: 'a@example.com', password: 'x', name: 'Ada' };
    const token = route.endsWith('/metrics') ? String(whole.METRICS_TOKEN) : org.token;
    for (const value of ['', ...(wrong[name] ?? [])]) {
      const answer = await call(route, {
        token,
        ...(route.startsWith('POST') ? { json } : {}),
        bindings: { ...whole, [name]: value },
      });
      expect(answer).toMatchObject({ status: 503, json: { code: 'not_configured' } });
      expect(answer.json.detail).toContain(name);
      if (value.trim()) expect(answer.text).not.toContain(value);
    }
  });
});

test('in production an unsigned webhook is never accepted, whichever secret is missing', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  for (const missing of [
    {},
    { STRIPE_WEBHOOK_SECRET: '' },
    { STRIPE_SECRET_KEY: '' },
    { STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' },
  ]) {
    const answer = await call('POST /payments/webhook', {
      json: paidEvent(proposal),
      bindings: { ...whole, ...missing },
    });
    expect([400, 503]).toContain(answer.status);
  }
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});

test('in development with a real key, an unsigned webhook is not accepted either', async () => {
  const proposal = await createProposal((await createOrg()).id);
  const key = 'sk_test_only_for_tests_only_for_tests';
  const live = { ...whole, ENVIRONMENT: 'development', STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: '' };
  const answer = await call('POST /payments/webhook', { json: paidEvent(proposal), bindings: live });
  expect(answer).toMatchObject({ status: 503, json: { code: 'not_configured' } });
});

test.each(['sk_live', 'rk_live'])('in development a key that begins with %s is refused', async (prefix) => {
  const { token } = await createOrg();
  const answer = await call('POST /payments/checkout_session', {
    token,
    json: { proposal_id: 7 },
    bindings: { STRIPE_SECRET_KEY: `${prefix}_only_for_tests_only_for_tests` },
  });
  expect(answer).toMatchObject({ status: 503, json: { code: 'not_configured' } });
  expect(answer.json.detail).toContain('STRIPE_SECRET_KEY');
});

test('in production, without PORTAL_PUBLIC_URL, metrics can be scraped and webhooks are read', async () => {
  const without = { ...whole, PORTAL_PUBLIC_URL: '' };
  const metrics = await call('GET /metrics', { token: String(whole.METRICS_TOKEN), bindings: without });
  expect(metrics.status).toBe(200);
  const webhook = await call('POST /payments/webhook', { json: {}, bindings: without });
  expect(webhook).toMatchObject({ status: 400, json: { code: 'invalid_signature' } });
});

test.each(['staging', 'Development', ''])('ENVIRONMENT=%j is production', async (environment) => {
  const answer = await call('GET /metrics', { bindings: { ...whole, ENVIRONMENT: environment } });
  expect(answer).toMatchObject({ status: 401, json: { code: 'token_missing' } });
});

test.each(['0', '101', '12.5', 'thirty'])(
  'DEPOSIT_PERCENT=%j is refused rather than guessed at',
  async (percent) => {
    const answer = await call('GET /metrics', { bindings: { DEPOSIT_PERCENT: percent } });
    expect(answer).toMatchObject({ status: 503, json: { code: 'not_configured' } });
  },
);

test('test payments go into no real books, and real ones where the app says', async () => {
  const { token } = await createOrg();
  const connect = (changed: Partial<Bindings>) =>
    call('POST /quickbooks/connect', { token, bindings: { ...whole, ...changed } });
  expect(await connect({})).toMatchObject({ status: 200 });
  const test = { STRIPE_SECRET_KEY: 'sk_test_only_for_tests_only_for_tests' };
  expect(await connect(test)).toMatchObject({ status: 503, json: { code: 'not_configured' } });
  expect(await connect({ ...test, INTUIT_SANDBOX: 'true' })).toMatchObject({ status: 200 });
});

test('without an app at Intuit, the page of the books says so', async () => {
  const { token } = await createOrg();
  const read = await call('GET /quickbooks', { token, bindings: { ...whole, INTUIT_CLIENT_ID: '' } });
  expect(read.json).toMatchObject({ state: 'not_configured', company: null });
});
