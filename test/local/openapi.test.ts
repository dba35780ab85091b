import { expect, test } from 'vitest';
import { committed, docsPage, openapiDocument } from '../../local/openapi.ts';

test('the document and the page are what the schemas say: npm run openapi', () => {
  expect(committed.document()).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
  expect(committed.page()).toBe(docsPage());
});

test('the page shows every route, without any script', () => {
  for (const path of Object.keys(committed.document().paths)) expect(committed.page()).toContain(path);
  expect(committed.page()).not.toContain('<script');
});

test('the input of a route is told as it is checked', () => {
  const { paths } = committed.document();
  const checkout = paths['/payments/checkout_session'].post.parameters;
  expect(checkout).toMatchObject([
    { name: 'proposal_id', in: 'query', required: true },
    { name: 'amount_dollars', in: 'query', required: false },
  ]);
  const approval =
    paths['/proposals/{proposal_id}/approve'].post.requestBody.content['application/json'].schema;
  expect(approval).toMatchObject({
    required: ['name', 'version'],
    properties: { version: { type: 'integer' } },
  });
});
