import { expect, test } from 'vitest';
import { call } from '../support/api.ts';
import { createOrg, createProposal, eventsOf, paidEvent } from '../support/world.ts';

const production = {
  ENVIRONMENT: 'production',
  PORTAL_PUBLIC_URL: 'https://portal.example',
  METRICS_TOKEN: 'only-for-tests-only-for-tests',
};

test.each(['https://evil.example', 'http://localhost:5174', 'null'])(
  "in development a page of %s cannot post a pretend payment, even without the browser's permission",
  async (origin) => {
    const proposal = await createProposal((await createOrg()).id);
    const headers = { origin, 'content-type': 'text/plain' };
    const body = JSON.stringify(paidEvent(proposal));
    const answer = await call('POST /payments/webhook', { headers, body });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect(await eventsOf(proposal.id)).toEqual(['approve']);
  },
);

test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io:8089', '192.0.2.7:8089'])(
  'in development the host %s is refused',
  async (host) => {
    const answer = await call('GET /metrics', { headers: { host } });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
  },
);

test.each(['localhost:8089', '127.0.0.1:8089', '[::1]:8089', 'localhost'])(
  'in development the host %s is this machine, and a program without an Origin may ask',
  async (host) => {
    expect((await call('GET /healthz', { headers: { host } })).status).toBe(200);
  },
);

test('in development the pages of the portal and of the API itself may post', async () => {
  for (const origin of ['http://localhost:5173', 'https://api.test']) {
    expect((await call('GET /healthz', { headers: { origin } })).status).toBe(200);
  }
});

test('in production any host is served, and the signature says who posts', async () => {
  const headers = { host: 'portal.example', origin: 'https://evil.example' };
  expect((await call('GET /healthz', { headers, bindings: production })).status).toBe(200);
});
