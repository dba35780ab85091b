import { sValidator } from '@hono/standard-validator';
import type { ValidationTargets } from 'hono';
import { type BaseIssue, type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { AppError, type ErrorCode, type FieldError, type FieldErrorCode } from '../errors.ts';

/** Fields whose refusal has its own code. */
const codes: Record<string, ErrorCode> = {
  proposal_id: 'invalid_proposal_id',
  amount_dollars: 'invalid_amount',
};

/** The most fields that one refusal names. */
const maxFieldErrors = 20;

/** Parses one part of the request by its schema; a refusal names the wrong fields. */
export function validate<S extends GenericSchema, T extends keyof ValidationTargets>(target: T, schema: S) {
  return sValidator(target, schema, (result) => {
    // Sound: the schema is Valibot's, and so are its issues.
    if (!result.success) throw refusal(result.error as readonly BaseIssue<unknown>[]);
  });
}

/** The same, for input that does not come from one part of the request. */
export function parseInput<S extends GenericSchema>(schema: S, input: unknown): InferOutput<S> {
  const result = safeParse(schema, input);
  if (!result.success) throw refusal(result.issues);
  return result.output;
}

/** The sentence is about the first wrong field. */
function refusal(issues: readonly BaseIssue<unknown>[]): AppError {
  const [first] = issues;
  const field = String(first?.path?.[0]?.key ?? 'body');
  return new AppError(codes[field] ?? 'invalid_request', `${field}: ${first?.message}`, {
    errors: issues.slice(0, maxFieldErrors).map(toFieldError),
  });
}

function toFieldError(issue: BaseIssue<unknown>): FieldError {
  const steps = (issue.path ?? []).map(({ key }) => `/${escapeStep(String(key))}`);
  return { pointer: `#${steps.join('')}`, code: fieldErrorCode(issue), detail: issue.message };
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-3, and percent-encoded for the fragment. */
function escapeStep(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function fieldErrorCode({ kind, type, received, requirement }: BaseIssue<unknown>): FieldErrorCode {
  if (typeof requirement === 'function' && 'code' in requirement) return requirement.code as FieldErrorCode; // `coded` set it
  if (kind === 'schema') {
    if (received === 'undefined') return 'required';
    return type === 'picklist' ? 'unknown_value' : 'wrong_type';
  }
  return validationCodes[type] ?? 'invalid_format';
}

/** By the name of Valibot's action. */
const validationCodes: Readonly<Record<string, FieldErrorCode>> = {
  min_length: 'too_short',
  max_length: 'too_long',
  min_value: 'too_small',
  gt_value: 'too_small',
  max_value: 'too_large',
  safe_integer: 'not_an_integer',
};
