import * as v from 'valibot';
import { BooksFailure } from '../domain/accounting.ts';
import type { BlockReason } from '../domain/books.ts';

const text = v.optional(v.string(), '');

/** What refuses tokens stands before the API, and spells its faults in lower case. */
const Fault = v.union([
  v.object({
    Fault: v.object({
      Error: v.pipe(v.array(v.object({ code: text, Message: text })), v.minLength(1)),
      type: text,
    }),
  }),
  v.pipe(
    v.object({
      fault: v.object({ error: v.pipe(v.array(v.object({ code: text })), v.minLength(1)), type: text }),
    }),
    v.transform(({ fault: { error, type } }) => ({
      Fault: { Error: error.map(({ code }) => ({ code, Message: '' })), type },
    })),
  ),
]);

/** https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes */
const reasons: Readonly<Record<string, BlockReason>> = {
  '6140': 'conflict',
  '6240': 'conflict',
  '6190': 'subscription_ended',
  '6200': 'books_closed',
  '6210': 'books_closed',
  '610': 'inactive',
  '2500': 'inactive',
  '6000': 'refused',
};

/**
 * What an answer that is no success means. A fault says that nothing was done; what is not JSON, or has no fault, may come from
 * something that stands before Intuit.
 */
export function toFailure(status: number, json: unknown): BooksFailure {
  const parsed = v.safeParse(Fault, json);
  const [error] = parsed.success ? parsed.output.Fault.Error : [];
  const code = error?.code || `http_${status}`;
  if (status === 429 || code === '3001') return new BooksFailure({ kind: 'throttled' }, code);
  // A token that is refused even after it was renewed, in whatever form that is said.
  if (status === 401) return new BooksFailure({ kind: 'blocked', reason: 'connection_lost' }, code);
  const isSystem = parsed.success && parsed.output.Fault.type === 'SystemFault';
  if (!parsed.success || status >= 500 || isSystem) return new BooksFailure({ kind: 'unknown' }, code);
  // Who connected it is no admin over there any more.
  const isNotLetIn = status === 403 || code === '3200' || code === '120';
  if (isNotLetIn) return new BooksFailure({ kind: 'blocked', reason: 'connection_lost' }, code);
  // Older lists have one code for two faults.
  const isDuplicate = code === '6210' && /duplicate/i.test(error?.Message ?? '');
  const reason = isDuplicate ? 'conflict' : (reasons[code] ?? 'refused');
  return new BooksFailure({ kind: 'blocked', reason }, code);
}
