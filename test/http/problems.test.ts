import { afterEach, expect, test, vi } from 'vitest';
import { call } from '../support/api.ts';
import { hang, onDatabase } from '../support/faults.ts';
import { createOrg, createProposal, eventsOf, paidEvent, rowCounts } from '../support/world.ts';

afterEach(() => vi.restoreAllMocks());

test('an unknown path is a problem with a code and the id of the request', async () => {
  const answer = await call('GET /nothing-here');
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.json).toEqual({
    title: 'Not Found',
    status: 404,
    detail: expect.any(String),
    code: 'route_not_found',
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test.each([
  ['DELETE /proposals/7', 'GET, HEAD, PATCH'],
  ['PUT /leads', 'POST, GET, HEAD'],
  ['GET /payments/webhook', 'POST'],
])('%s answers with the methods that are allowed', async (route, allow) => {
  const answer = await call(route);
  expect(answer).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe(allow);
});

test.each(['POST /auth/login', 'POST /payments/webhook', 'POST /leads', 'POST /payments/checkout_session'])(
  '%s refuses malformed JSON and changes nothing',
  async (route) => {
    const { token } = await createOrg();
    const before = await rowCounts();
    const headers = { 'content-type': 'application/json' };
    const answer = await call(route, { token, headers, body: '{"proposal_id": 7' });
    expect(answer).toMatchObject({ status: 400, json: { code: 'malformed_json' } });
    expect(await rowCounts()).toEqual(before);
  },
);

test.each(['POST /auth/login', 'POST /payments/webhook', 'POST /leads'])(
  '%s refuses a body over 1 MiB',
  async (route) => {
    const { token } = await createOrg();
    const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
    const answer = await call(route, { token, headers: { 'content-type': 'application/json' }, body });
    expect(answer).toMatchObject({ status: 413, json: { code: 'body_too_large' } });
  },
);

test('an outage of the database is a 503 with Retry-After', async () => {
  const { token } = await createOrg();
  onDatabase(() => Promise.reject(new TypeError('Network connection lost.')));
  const answer = await call('GET /proposals', { token });
  expect(answer).toMatchObject({ status: 503, json: { code: 'database_unavailable' } });
  expect(answer.headers.get('retry-after')).toBe('5');
});

test('a database that hangs is a 503 within six seconds, for reads and webhooks', async () => {
  const org = await createOrg();
  const proposal = await createProposal(org.id);
  const fault = onDatabase(hang);
  const start = Date.now();
  const answers = await Promise.all([
    call('GET /proposals', { token: org.token }),
    call('POST /payments/webhook', { json: paidEvent(proposal) }),
  ]);
  expect(Date.now() - start).toBeLessThan(6_000);
  expect(answers.map(({ json }) => json.code)).toEqual(['database_unavailable', 'log_unavailable']);
  fault.mockRestore();
  expect(await eventsOf(proposal.id)).toEqual(['approve']);
});

test('the log has one line of JSON per request, without tokens, queries, bodies or database messages', async () => {
  const { token } = await createOrg();
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  onDatabase(() =>
    Promise.resolve(
      Response.json({ message: 'Ada Lovelace\n    at Ada (is:no:place)', code: '53300' }, { status: 400 }),
    ),
  );
  const json = { name: 'Ada Lovelace', email: 'ada@example.com' };
  await call('POST /leads?secret=in-the-query', { token, json });
  const lines = [...log.mock.calls, ...errors.mock.calls].flat().map(String);
  expect(log).toHaveBeenCalledOnce();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    method: 'POST',
    route: '/leads',
    status: 503,
    code: 'log_unavailable',
  });
  expect(lines.join('\n')).toContain('53300');
  expect(lines.join('\n')).not.toMatch(/Ada|ada@|in-the-query/);
  expect(lines.join('\n')).not.toContain(token);
});

test.each([
  ['POST /payments/webhook', '/payments/webhook'],
  ['GET /proposals/7', '/proposals/:proposal_id'],
  ['GET /nowhere', '/*'],
])('the log line of %s names its route, %s', async (request, route) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await call(request);
  const lines = log.mock.calls.flat().map((line) => JSON.parse(String(line)));
  expect(lines).toMatchObject([{ route }]);
});
