import * as v from 'valibot';
import { expect, test, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { contracts } from '../../src/contracts.ts';
import { authorize } from '../../src/domain/permissions.ts';
import { type Contract, permissionOf } from '../../src/http/contract.ts';
import { call } from '../support/api.ts';
import { violations } from '../support/check-answer.ts';
import { createOrg } from '../support/world.ts';

vi.mock('../../src/domain/permissions.ts', { spy: true });

const all = Object.entries<Contract>(contracts);

test('every route has a contract, and every contract a route', () => {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`);
  expect(new Set(Object.keys(contracts))).toEqual(new Set(routes));
});

test('no two operations have the same id', () => {
  expect(new Set(all.map(([, { id }]) => id)).size).toBe(all.length);
});

test.each(all)(
  'the contract of %s has an example that the route accepts, and one that it could answer',
  (route, contract) => {
    const { example, answer } = contract;
    for (const part of ['path', 'query', 'headers', 'body'] as const) {
      const schema = contract[part];
      if (schema) expect(v.safeParse(schema, example[part] ?? {}).issues, part).toBeUndefined();
    }
    const [method = '', path = ''] = route.replace(/:\w+/g, '1').split(' ');
    const contentType = answer.mediaTypes?.[0] ?? 'application/json';
    const text = answer.mediaTypes ? String(answer.example) : JSON.stringify(answer.example);
    expect(violations(method, path, { status: answer.status, contentType, text })).toEqual([]);
  },
);

const withPermission = all.filter(([, { permission }]) => permissionOf(permission));

test.each(withPermission)(
  'the contract of %s names the permission that its verb asks for',
  async (route, contract) => {
    const { example, permission } = contract;
    const { token } = await createOrg();
    vi.mocked(authorize).mockClear();
    const path = route.replace(/:(\w+)/g, (_, name) => example.path?.[name] ?? '');
    const query = new URLSearchParams(example.query);
    const { body, headers } = example;
    await call(`${path}?${query}`, {
      token,
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { json: body }),
    });
    expect(vi.mocked(authorize).mock.calls[0]?.[1]).toBe(permission);
  },
);

test('an answer with a field, a status or a media type beyond its contract is found', () => {
  const ok = { status: 200, contentType: 'application/json', text: '{"status":"ok"}' };
  expect(violations('GET', '/healthz', ok)).toEqual([]);
  expect(violations('GET', '/healthz', { ...ok, text: '{"status":"ok","new":1}' })).not.toEqual([]);
  expect(violations('GET', '/healthz', { ...ok, text: '{}' })).not.toEqual([]);
  expect(violations('GET', '/healthz', { ...ok, status: 201 })).not.toEqual([]);
  expect(violations('GET', '/healthz', { ...ok, contentType: 'text/html' })).not.toEqual([]);
});
