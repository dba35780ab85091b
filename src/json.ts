import { AppError } from './errors.ts';

/** Parses JSON from outside; throws `malformed_json`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('malformed_json', 'The body is not JSON.', { cause });
  }
}
