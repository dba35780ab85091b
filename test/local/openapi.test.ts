import { expect, test } from 'vitest';
import { committedDocument, openapiDocument } from '../../local/openapi.ts';

test('the reference is what the contracts say: npm run openapi', () => {
  expect(committedDocument()).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
});

test('every operation has an id, a tag, its security, a typed answer and a curl command', () => {
  const { paths } = committedDocument();
  for (const operation of Object.values<object>(paths).flatMap((methods) => Object.values(methods))) {
    expect(operation).toMatchObject({
      operationId: expect.any(String),
      tags: [expect.any(String)],
      security: expect.any(Array),
      'x-codeSamples': [{ label: 'curl', source: expect.stringContaining('"$API/') }],
    });
    const [, answer] =
      Object.entries<{ content: Record<string, { schema: object }> }>(operation.responses).find(
        ([status]) => status < '400',
      ) ?? [];
    const schemas = Object.values(answer?.content ?? {}).map(({ schema }) => schema);
    expect(schemas).not.toHaveLength(0);
    for (const schema of schemas) expect(schema).not.toEqual({});
  }
});

test('the input of a route is documented as it is checked', () => {
  const { paths } = committedDocument();
  const checkout = paths['/payments/checkout_session'].post.parameters;
  expect(checkout).toMatchObject([
    { name: 'proposal_id', in: 'query' },
    { name: 'amount_dollars', in: 'query', required: false },
    { name: 'pay', in: 'query', required: false },
  ]);
  const approval =
    paths['/proposals/{proposal_id}/approve'].post.requestBody.content['application/json'].schema;
  expect(approval).toMatchObject({
    required: ['name', 'version'],
    properties: { version: { type: 'integer' } },
  });
});
