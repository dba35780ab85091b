import { type Schema, Validator } from '@cfworker/json-schema';
import openapi from '../../portal/public/openapi.json' with { type: 'json' };

// Holds every answer that a test gets from the API against the reference: its status, its media type, its body, and no
// field beyond those that the reference names. The validator needs no `eval`, so it runs in workerd too.

type Documented = { content: Record<string, { schema: Schema }> };
type Operation = { responses: Record<string, Documented> };

// Sound: a linter checks the document in CI.
const paths = openapi.paths as unknown as Record<string, Record<string, Operation>>;

const routes = Object.entries(paths).map(([template, operations]) => ({
  pattern: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
  operations,
}));

const components = strict(openapi.components) as Schema;
const validators = new Map<Schema, Validator>();
const anyProblem: Schema = { $ref: '#/components/schemas/Problem' };

/** What is wrong with an answer, by the reference; empty if nothing is. */
export function violations(
  method: string,
  path: string,
  answer: { status: number; contentType: string | null; text: string },
): string[] {
  const { status, contentType, text } = answer;
  const operation = findOperation(method, path);
  if (!operation)
    return status === 404 || status === 405 ? bodyViolations(anyProblem, text) : ['no such route'];
  const response = operation.responses[status];
  if (!response) return [`status ${status}`];
  const mediaType = contentType?.split(';')[0];
  const content = Object.entries(response.content).find(([type]) => type.split(';')[0] === mediaType)?.[1];
  if (!content) return [`media type ${contentType}`];
  return mediaType?.endsWith('json') ? bodyViolations(content.schema, text) : [];
}

/** The same for an answer as `fetch` returns it, which it leaves unread. */
export async function violationsOf(method: string, url: string, answer: Response): Promise<string[]> {
  const contentType = answer.headers.get('content-type');
  const text = await answer.clone().text();
  return violations(method, url, { status: answer.status, contentType, text }).map(
    (violation) =>
      `${method} ${new URL(url, 'https://api.test').pathname} answered ${answer.status}: ${violation}`,
  );
}

/** `fetch`, for requests to a Worker of its own. Throws if the answer violates the reference. */
export async function fetchChecked(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init);
  const found = await violationsOf(init.method ?? 'GET', url, answer);
  if (found.length > 0) throw new Error(found.join('\n'));
  return answer;
}

function findOperation(method: string, path: string): Operation | undefined {
  const { pathname } = new URL(path, 'https://api.test');
  const route = routes.find(({ pattern }) => pattern.test(pathname));
  return route?.operations[method.toLowerCase()];
}

function bodyViolations(schema: Schema, text: string): string[] {
  let validator = validators.get(schema);
  if (!validator) {
    validator = new Validator({ ...(strict(schema) as Schema), components }, '2020-12', false);
    validators.set(schema, validator);
  }
  const { errors } = validator.validate(JSON.parse(text));
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

/** The same schema, in which an object may have no other fields: new ones must come with the reference. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return copy.type === 'object' && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}
