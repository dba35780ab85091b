import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg } from '../support/world.ts';

const item = { description: 'Work', quantity: 1, unit_price_cents: 10_000 };
const proposal = {
  title: 'Kitchen',
  customer_name: 'Ada',
  customer_email: 'ada@example.com',
  line_items: [item],
};
const letters = (count: number) => 'a'.repeat(count);

test.each([
  ['POST /proposals', { ...proposal, title: undefined }, { '#/title': 'required' }],
  ['POST /proposals', { ...proposal, title: 7 }, { '#/title': 'wrong_type' }],
  ['POST /proposals', { ...proposal, title: letters(201) }, { '#/title': 'too_long' }],
  ['POST /proposals', { ...proposal, title: '…' }, { '#/title': 'invalid_format' }],
  ['POST /proposals', { ...proposal, customer_email: 'ada' }, { '#/customer_email': 'invalid_format' }],
  ['POST /proposals', { ...proposal, line_items: [] }, { '#/line_items': 'too_short' }],
  ['POST /proposals', [], { '#/title': 'required', '#/line_items': 'required' }],
  ['POST /proposals', null, { '#': 'wrong_type' }],
  [
    'POST /proposals',
    {
      ...proposal,
      title: '',
      line_items: [
        item,
        { ...item, quantity: 1.2345 },
        { ...item, quantity: 0, unit_price_cents: 1e12 },
        { quantity: 1 },
      ],
    },
    {
      '#/title': 'invalid_format',
      '#/line_items/1/quantity': 'too_many_decimals',
      '#/line_items/2/quantity': 'too_small',
      '#/line_items/2/unit_price_cents': 'too_large',
      '#/line_items/3/description': 'required',
    },
  ],
  [
    'POST /proposals',
    { ...proposal, line_items: [{ ...item, unit_price_cents: 1 }] },
    { '#/line_items': 'not_chargeable' },
  ],
  [
    'POST /proposals',
    { ...proposal, lead_id: '00000000-0000-4000-8000-000000000000' },
    { '#/lead_id': 'not_found' },
  ],
  ['POST /auth/login', { email: 'ada@example.com', password: '' }, { '#/password': 'too_short' }],
  ['POST /payments/checkout_session', {}, { '#/proposal_id': 'required' }],
  ['POST /payments/checkout_session', { proposal_id: 'seven' }, { '#/proposal_id': 'invalid_format' }],
  [
    'POST /payments/checkout_session',
    { proposal_id: 7, amount_dollars: '0' },
    { '#/amount_dollars': 'invalid_format' },
  ],
  ['GET /proposals?status=open', undefined, { '#/status': 'unknown_value' }],
  ['GET /proposals?cursor=x', undefined, { '#/cursor': 'invalid_format' }],
  ['GET /reports/numbers?days=367', undefined, { '#/days': 'too_large' }],
  ['GET /reports/numbers?time_zone=Nowhere', undefined, { '#/time_zone': 'unknown_value' }],
  ['GET /proposals/seven', undefined, { '#/proposal_id': 'invalid_format' }],
] as const)('%s of %j names every wrong field', async (route, json, wrong) => {
  const { token } = await createOrg();
  const answer = await call(route, { token, ...(json === undefined ? {} : { json }) });
  expect(answer.status).toBe(400);
  const errors: { pointer: string; code: string }[] = answer.json.errors;
  expect(Object.fromEntries(errors.map(({ pointer, code }) => [pointer, code]))).toMatchObject(wrong);
});

test('a refusal names at most twenty wrong fields', async () => {
  const { token } = await createOrg();
  const json = { ...proposal, line_items: Array.from({ length: 200 }, () => ({})) };
  const answer = await call('POST /proposals', { token, json });
  expect(answer.json.errors).toHaveLength(20);
});

test('a header is a field too', async () => {
  const { token } = await createOrg();
  const headers = { 'idempotency-key': letters(256) };
  const answer = await call('POST /leads', { token, json: { name: 'Ada' }, headers });
  expect(answer.json.errors).toMatchObject([{ pointer: '#/idempotency-key', code: 'too_long' }]);
});

test('what is wrong with no field has no list of fields', async () => {
  const { token } = await createOrg();
  const answer = await call('POST /leads', {
    token,
    body: '{',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.json).toMatchObject({ status: 400, code: 'malformed_json' });
  expect(answer.json).not.toHaveProperty('errors');
});

test.each([
  ['jpy', '500.5', 'too_many_decimals'],
  ['usd', '500.005', 'too_many_decimals'],
])('in %s, a stated total of %s is refused with %s', async (currency, amount_dollars, code) => {
  const { token } = await createOrg({ currency });
  const { id: proposal_id } = (await call('POST /proposals', { token, json: proposal })).json;
  await call(`POST /proposals/${proposal_id}/approve`, { token, json: { name: 'Ada', version: 1 } });
  const answer = await call('POST /payments/checkout_session', {
    token,
    json: { proposal_id, amount_dollars },
  });
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_amount' } });
  expect(answer.json.errors).toMatchObject([{ pointer: '#/amount_dollars', code }]);
});
