import { expect, test } from 'vitest';
import { committedDocument, openapiDocument } from '../../local/openapi.ts';

test('src/openapi.json is what the schemas say: npm run openapi', () => {
  expect(committedDocument()).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
});

test('the input of a route is told as it is checked', () => {
  const { paths } = committedDocument();
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
