import { sValidator } from '@hono/standard-validator';
import type { ValidationTargets } from 'hono';
import { type GenericSchema, type InferOutput, safeParse } from 'valibot';
import { AppError, type ErrorCode } from '../errors.ts';

/** Fields whose refusal has its own code. */
const codes: Record<string, ErrorCode> = {
  proposal_id: 'invalid_proposal_id',
  amount_dollars: 'invalid_amount',
};

/** Parses one part of the request by its schema; a refusal names the first wrong field. */
export function validate<S extends GenericSchema, T extends keyof ValidationTargets>(target: T, schema: S) {
  return sValidator(target, schema, (result) => {
    if (!result.success) throw refusal(result.error);
  });
}

/** The same, for input that does not come from one part of the request. */
export function parseInput<S extends GenericSchema>(schema: S, input: unknown): InferOutput<S> {
  const result = safeParse(schema, input);
  if (!result.success) throw refusal(result.issues);
  return result.output;
}

type Issue = { readonly message: string; readonly path?: readonly unknown[] | undefined };

function refusal([issue]: readonly Issue[]): AppError {
  const step = issue?.path?.[0];
  const field = String(typeof step === 'object' && step && 'key' in step ? step.key : (step ?? 'body'));
  return new AppError(codes[field] ?? 'invalid_request', `${field}: ${issue?.message}`);
}
