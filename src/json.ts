import { AppError } from './errors.ts';

/** Parses JSON from outside; throws `malformed_json`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('malformed_json', 'The body is not JSON.', { cause });
  }
}

/** How deep arrays and objects are nested in JSON that is well formed. */
export function depthOf(json: string): number {
  let [depth, deepest, isString] = [0, 0, false];
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (character === '"') isString = !isString;
    else if (isString) index += character === '\\' ? 1 : 0;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

/**
 * The exact text that was sent; throws `malformed_json`. A lenient decoder would let a changed byte pass for its replacement
 * character.
 */
export function decodeText(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('malformed_json', 'The body is not UTF-8.', { cause });
  }
}
