import { invalidField } from '../errors.ts';

export function notAnImage() {
  return invalidLogo('invalid_format', 'Must be a PNG, JPEG or SVG.');
}

/** The refusal of a logo, as of any other field. */
export function invalidLogo(code: 'too_large' | 'invalid_format' | 'unsafe', detail: string) {
  return invalidField('invalid_request', 'logo', { code, detail });
}
