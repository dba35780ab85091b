import { readFileSync, writeFileSync } from 'node:fs';
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import { html } from 'hono/html';
import type { GenericSchema } from 'valibot';
import type { ErrorCode } from '../src/errors.ts';
import { statuses } from '../src/http/statuses.ts';
import { type Operation, operations } from './operations.ts';

// `npm run openapi` writes the description of the API, as a document and as a page. The inputs come from the schemas that
// check them. It runs at build time, because the libraries that do this at run time are as large as the rest of the
// Worker. The results are files beside the portal's, so they add nothing to the Worker.

const files = { document: 'portal/public/openapi.json', page: 'portal/public/docs.html' };

const tokenProblems: ErrorCode[] = ['token_missing', 'token_invalid', 'token_expired', 'forbidden'];
const anyProblems: ErrorCode[] = [
  'not_configured',
  'database_unavailable',
  'log_unavailable',
  'internal_error',
];
const bodyProblems: ErrorCode[] = ['malformed_json', 'body_too_large'];

/** The OpenAPI document of all routes. */
export function openapiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portal payments API',
      version: '1',
      description:
        'Approve a proposal and pay its deposit. Errors are problem details (RFC 9457) with a stable code.',
    },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['title', 'status', 'detail', 'code', 'request_id'],
          properties: {
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            code: { enum: Object.keys(statuses) },
            request_id: { type: 'string', format: 'uuid' },
          },
        },
      },
    },
  };
}

function toOperation(operation: Operation) {
  const { summary, bearer, params, query, body, header, cursor, success } = operation;
  const [status, description, contentType = 'application/json'] = success;
  const parameters = [
    ...toParameters('path', params),
    ...toParameters('query', query),
    ...(cursor ? [{ name: 'cursor', in: 'query', schema: { type: 'string' } }] : []),
    ...(header ? [{ name: header, in: 'header', schema: { type: 'string', maxLength: 255 } }] : []),
  ];
  return {
    summary,
    ...(bearer ? { description: `Bearer: ${bearer}.`, security: [{ bearer: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: toBody(body) } } } }
      : {}),
    responses: { [status]: { description, content: { [contentType]: {} } }, ...toProblems(operation) },
  };
}

function toProblems({ bearer, body, problems = [], file }: Operation) {
  if (file) return {};
  const codes = [
    ...problems,
    ...(body ? bodyProblems : []),
    ...(bearer && bearer !== 'METRICS_TOKEN' ? tokenProblems : []),
    ...(bearer === 'METRICS_TOKEN' ? (['token_missing', 'token_invalid'] as const) : []),
    ...anyProblems,
  ];
  const byStatus = Object.groupBy([...new Set(codes)], (code) => statuses[code]);
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, same]) => [status, { description: same?.join(', '), content }]),
  );
}

/** JSON Schema describes what may be sent. Checks that only code can make are left out. */
const conversion: ConversionConfig = { errorMode: 'ignore', typeMode: 'input' };

function toBody(body: GenericSchema | 'event') {
  if (body === 'event') return { type: 'object', description: 'https://docs.stripe.com/api/events/object' };
  const { $schema, ...schema } = toJsonSchema(body, conversion);
  return schema;
}

function toParameters(where: 'path' | 'query', schema: GenericSchema | undefined) {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, conversion);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }));
}

/** The same description as a page for people. */
export function docsPage(): string {
  const { info } = openapiDocument();
  const routes = Object.entries(operations).map(([route, operation]) => {
    const { summary, description, responses } = toOperation(operation);
    const answers = Object.entries<{ description: string | undefined }>(responses).map(
      ([status, answer]) => html`<li><code>${status}</code> ${answer.description}</li>\n`,
    );
    return html`<h2><code>${route}</code></h2>
<p>${summary} ${description ?? ''}</p>
<ul>
${answers}</ul>
`;
  });
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title}</title>
</head>
<body>
<h1>${info.title}</h1>
<p>${info.description} The whole of it, for tools: <a href="/openapi.json">openapi.json</a>.</p>
${routes}</body>
</html>
`);
}

if (import.meta.main) {
  writeFileSync(files.document, `${JSON.stringify(openapiDocument(), null, 2)}\n`);
  writeFileSync(files.page, docsPage());
}

/** The committed files, which a test compares with what would be written. */
export const committed = {
  document: () => JSON.parse(readFileSync(files.document, 'utf8')),
  page: () => readFileSync(files.page, 'utf8'),
};
