import { readFileSync, writeFileSync } from 'node:fs';
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { components, contracts } from '../src/contracts.ts';
import { asksForProof, holdersOf } from '../src/domain/permissions.ts';
import type { ErrorCode } from '../src/errors.ts';
import { type Access, type Contract, permissionOf } from '../src/http/contract.ts';
import { statuses } from '../src/http/statuses.ts';
import { curlOf } from './curl.ts';

// `npm run openapi` writes the reference of the API from the contracts, and the types of a client from the reference.
// `@valibot/to-json-schema` turns schemas into JSON Schema: it is Valibot's own, and runs at build time, so none of it is in
// the Worker.

const file = 'portal/public/openapi.json';

const tokenProblems: ErrorCode[] = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'forbidden',
  'rate_limited',
];
const bodyProblems: ErrorCode[] = ['malformed_json', 'body_too_large'];
const anyProblems: ErrorCode[] = [
  'forbidden', // in development, to what comes from elsewhere
  'not_configured',
  'database_unavailable',
  'log_unavailable',
  'internal_error',
];

/** How a caller proves who it is, by the name of its security scheme. Null: anyone may call. */
function schemeOf(access: Access): string | null {
  if (permissionOf(access)) return 'bearer';
  if (access === 'public') return null;
  if (access === 'refresh_cookie') return 'refreshCookie';
  if (access === 'stripe_signature') return 'stripeSignature';
  if (access === 'resend_signature') return 'resendSignature';
  return access === 'metrics_token' ? 'metricsToken' : 'operatorToken';
}

/** The OpenAPI document of all routes. */
export function openapiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [route, contract] of Object.entries<Contract>(contracts)) {
    const [method = '', path = ''] = route.replace(/:(\w+)/g, '{$1}').split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(route, contract) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Portal payments API',
      version: '1',
      summary: 'Approve a proposal and pay its deposit.',
      description: [
        'Money is in minor units of its currency: cents of a dollar, whole yen. Times are ISO 8601 in UTC.',
        'A refusal or a failure is a problem (RFC 9457). Clients match on its `code`, which never changes; a 5xx heals by a retry. The wrong fields of a request are in `errors`.',
        'Lists come in pages of up to 50: pass `next_cursor` as `cursor`.',
      ].join('\n\n'),
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: '/', description: 'The service that serves this document' }],
    tags: [
      { name: 'Auth', description: 'Staff sign in, on the page or as a program.' },
      { name: 'Team', description: 'Who works for the organization.' },
      { name: 'Leads', description: 'Who may become a customer.' },
      { name: 'Proposals', description: 'What is offered, approved and logged.' },
      { name: 'Payments', description: 'Deposits, through Stripe Checkout.' },
      { name: 'Reports', description: 'Numbers, and what needs attention.' },
      { name: 'Operations', description: 'For Prometheus and the operator.' },
    ],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "A user's token from `POST /auth/login`, or the token of a proposal's link.",
        },
        refreshCookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-refresh',
          description: 'What `POST /auth/sessions` sets. In development it is called `refresh`.',
        },
        metricsToken: { type: 'http', scheme: 'bearer', description: 'The secret METRICS_TOKEN.' },
        operatorToken: { type: 'http', scheme: 'bearer', description: 'The secret OPERATOR_TOKEN.' },
        stripeSignature: {
          type: 'apiKey',
          in: 'header',
          name: 'Stripe-Signature',
          description: 'https://docs.stripe.com/webhooks#verify-manually',
        },
        resendSignature: {
          type: 'apiKey',
          in: 'header',
          name: 'svix-signature',
          description: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
        },
      },
      headers: {
        RetryAfter: {
          description: 'Seconds after which the same request may succeed.',
          schema: { type: 'integer' },
        },
      },
      schemas: toJsonSchemaDefs(components, conversion),
    },
  };
}

function toOperation(route: string, contract: Contract) {
  const { id, tag, summary, permission, path, query, headers, body, bodyOrQuery, example } = contract;
  const scheme = schemeOf(permission);
  const jsonBody = body ?? (bodyOrQuery ? query : undefined);
  const parameters = [
    ...toParameters('path', path, example.path),
    ...toParameters('query', query, example.query),
    ...toParameters('header', headers, example.headers),
  ].map((parameter) => (bodyOrQuery ? { ...parameter, required: false } : parameter));
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: describe(contract),
    security: scheme ? [{ [scheme]: [] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(jsonBody
      ? { requestBody: toRequestBody(jsonBody, body ? example.body : example.query, !bodyOrQuery) }
      : {}),
    responses: { [contract.answer.status]: toAnswer(contract.answer), ...toProblems(contract) },
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlOf(route, contract) }],
  };
}

function describe({ summary, description, permission: access }: Contract): string {
  const permission = permissionOf(access);
  const holders = permission && `Permission \`${permission}\`: ${holdersOf(permission).join(', ')}.`;
  const proof = asksForFreshProof(access) && 'A session asks for a proof that is at most 15 minutes old.';
  return [description ?? `${summary}.`, holders, proof || null].filter((part) => part !== null).join('\n\n');
}

function asksForFreshProof(access: Access): boolean {
  const permission = permissionOf(access);
  return permission !== null && asksForProof(permission);
}

function toRequestBody(schema: GenericSchema, example: unknown, required: boolean) {
  return { required, content: { 'application/json': { schema: toSchema(schema), example } } };
}

function toAnswer({
  description,
  body,
  mediaTypes = ['application/json'],
  headers,
  example,
}: Contract['answer']) {
  const content = Object.fromEntries(mediaTypes.map((type) => [type, { schema: toSchema(body), example }]));
  const named = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  return { description, ...(named.length > 0 ? { headers: Object.fromEntries(named) } : {}), content };
}

/** The problems of a route by status, each with the codes that it can have there. */
function toProblems({ permission, body, bodyOrQuery, problems, answer }: Contract) {
  const isPage = answer.mediaTypes?.some((type) => type.startsWith('text/html')) ?? false;
  const scheme = schemeOf(permission);
  const codes = [
    ...problems,
    ...(body || bodyOrQuery ? bodyProblems : []),
    ...(scheme === 'bearer' ? tokenProblems : []),
    ...(asksForFreshProof(permission) ? (['proof_required'] as const) : []),
    ...(scheme === 'metricsToken' || scheme === 'operatorToken'
      ? (['token_missing', 'token_invalid', 'rate_limited'] as const)
      : []),
    ...anyProblems,
  ];
  const byStatus = Object.groupBy([...new Set(codes)], (code) => statuses[code]);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, same = []]) => [status, toProblem(Number(status), same, isPage)]),
  );
}

/** A page says to people what is wrong with their link. */
function toProblem(status: number, codes: readonly ErrorCode[], isPage: boolean) {
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      {
        properties: { status: { type: 'integer', const: status }, code: { type: 'string', enum: codes } },
      },
    ],
  };
  const canRetry = status === 429 || status === 503;
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    ...(canRetry ? { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } } : {}),
    content: {
      'application/problem+json': { schema },
      ...(isPage && status === 400 ? { 'text/html; charset=UTF-8': { schema: { type: 'string' } } } : {}),
    },
  };
}

/** What may be sent. Checks that only code can make are left out. */
const conversion: ConversionConfig = {
  target: 'draft-2020-12',
  errorMode: 'ignore',
  typeMode: 'input',
  definitions: components,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

function toSchema(schema: GenericSchema) {
  const { $schema, $defs, ...converted } = toJsonSchema(schema, conversion);
  return converted;
}

function toParameters(
  where: 'path' | 'query' | 'header',
  schema: GenericSchema | undefined,
  examples: Readonly<Record<string, string>> = {},
) {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema);
  return Object.entries(properties).map(([name, property]) => ({
    name: where === 'header' ? name.replace(/(^|-)\w/g, (letter) => letter.toUpperCase()) : name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
    ...(name in examples ? { example: examples[name] } : {}),
  }));
}

if (import.meta.main) writeFileSync(file, `${JSON.stringify(openapiDocument(), null, 2)}\n`);

/** The committed document, which a test compares with what would be written. */
export const committedDocument = () => JSON.parse(readFileSync(file, 'utf8'));
