import type { LineItem } from '../domain/pricing.ts';
import { invalidField } from '../errors.ts';

/** Every version keeps its line items for ever: some two hundred of a usual length fit. */
const mostBytes = 32 * 1024;

/** Throws `invalid_request` where line items are too long together. */
export function checkSize(lineItems: readonly LineItem[]): void {
  const bytes = new TextEncoder().encode(JSON.stringify(lineItems)).length;
  if (bytes <= mostBytes) return;
  const detail = `Must have ${mostBytes} bytes at most, all together.`;
  throw invalidField('invalid_request', 'line_items', { code: 'too_long', detail });
}
