import * as v from 'valibot';
import { BooksFailure } from '../domain/accounting.ts';
import type { Client } from './client.ts';

export const Ref = v.object({ value: v.string() });

export const Named = v.object({ Id: v.string(), Name: v.string() });

/** What an answer must be. Anything else is no answer of QuickBooks'. */
export function parse<const S extends v.GenericSchema>(schema: S, answer: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, answer);
  if (!parsed.success) throw new BooksFailure({ kind: 'unknown' }, 'unreadable');
  return parsed.output;
}

export async function readRows<const S extends v.GenericSchema>(
  client: Client,
  entity: string,
  where: string,
  schema: S,
): Promise<v.InferOutput<S>[]> {
  return parse(v.array(schema), await client.query(entity, where));
}

export function isConflict(error: unknown): boolean {
  return (
    error instanceof BooksFailure && error.failure.kind === 'blocked' && error.failure.reason === 'conflict'
  );
}

/** Unique in a company, at most 50 characters. */
export async function requestId(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return new Uint8Array(hash).toHex().slice(0, 40);
}
