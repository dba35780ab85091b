import * as v from 'valibot';
import type { Permission } from '../domain/permissions.ts';
import { type ErrorCode, fieldErrorCodes } from '../errors.ts';
import { statuses } from './statuses.ts';

// A route's contract stands in its feature's `contract.ts`. The reference is made from it, and tests hold every answer
// against it. The app imports no contract, so none is in the Worker's bundle.

type Inputs = v.ObjectSchema<v.ObjectEntries, undefined>;

/** What else than a permission lets a caller in: nothing, a session's cookie, Stripe's or Resend's signature, Prometheus' token, or the operator's. */
const otherProofs = [
  'public',
  'refresh_cookie',
  'stripe_signature',
  'resend_signature',
  'metrics_token',
  'operator_token',
] as const;

export type Access = Permission | (typeof otherProofs)[number];

/** The permission that a route asks for; null if it asks for another proof, or none. */
export function permissionOf(access: Access): Permission | null {
  const proofs: readonly string[] = otherProofs;
  return proofs.includes(access) ? null : (access as Permission); // all other kinds of access are proofs
}

export type Contract<Answer = unknown> = {
  /** The operation's name in generated clients. Never renamed. */
  readonly id: string;
  readonly tag:
    | 'Auth'
    | 'Team'
    | 'Leads'
    | 'Proposals'
    | 'Payments'
    | 'Mail'
    | 'Books'
    | 'Reports'
    | 'Operations';
  readonly summary: string;
  readonly description?: string;
  readonly permission: Access;
  readonly path?: Inputs;
  readonly query?: Inputs;
  readonly headers?: Inputs;
  readonly body?: v.GenericSchema;
  /** The body repeats the query: either may carry the input. */
  readonly bodyOrQuery?: true;
  /** Of the request: raw values of the path, the query and the headers, and the body. */
  readonly example: {
    readonly path?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly answer: {
    readonly status: 200 | 201 | 202 | 302;
    readonly description: string;
    /** JSON, unless `mediaTypes` names others. */
    readonly body: v.GenericSchema<unknown, Answer>;
    readonly mediaTypes?: readonly string[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly example: unknown;
  };
  /** Beyond those that every route with a body, with a token, or at all may answer. */
  readonly problems: readonly ErrorCode[];
};

/** By route: the method, and the path as Hono writes it. */
export type Contracts = Readonly<Record<string, Contract>>;

export const Money = v.pipe(
  v.number(),
  v.safeInteger(),
  v.description('An amount in minor units of its currency: cents of a dollar, whole yen.'),
);

export const Currency = v.pipe(
  v.string(),
  v.regex(/^[a-z]{3}$/),
  v.description('An ISO 4217 code in lower case.'),
);

export const NextCursor = v.pipe(
  v.nullable(v.string()),
  v.description('The `cursor` that fetches the next page; null on the last.'),
);

export const Time = v.pipe(v.string(), v.isoTimestamp());

export const Id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** A page of a list: up to 50 items. */
export function pageOf<S extends v.GenericSchema>(item: S) {
  return v.object({ data: v.array(item), next_cursor: NextCursor });
}

export const FieldProblem = v.pipe(
  v.object({
    pointer: v.pipe(
      v.string(),
      v.description(
        'A JSON Pointer as a URI fragment: into the body, or to the parameter of that name. `#` is the whole body.',
      ),
    ),
    code: v.picklist(fieldErrorCodes),
    detail: v.string(),
  }),
  v.description('A wrong field.'),
);

// Sound: the keys of an exhaustive record are all codes.
const errorCodes = Object.keys(statuses) as [ErrorCode, ...ErrorCode[]];

export const Problem = v.pipe(
  v.object({
    title: v.pipe(v.string(), v.description('The status in words.')),
    status: v.pipe(v.number(), v.safeInteger()),
    detail: v.pipe(v.string(), v.description('A sentence for people. Its words may change.')),
    code: v.pipe(v.picklist(errorCodes), v.description('What clients match on. It never changes.')),
    request_id: v.pipe(v.string(), v.uuid(), v.description('What the log calls this request.')),
    errors: v.optional(
      v.pipe(
        v.array(FieldProblem),
        v.description('The wrong fields, at most 20, where fields are what is wrong.'),
      ),
    ),
  }),
  v.description('Why a request was refused or failed (RFC 9457).'),
);

/** Schemas that the reference names, by their name there. */
export const sharedComponents = { Money, Currency, NextCursor, FieldProblem, Problem };
