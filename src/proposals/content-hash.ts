import { createHash } from 'node:crypto';
import type { Content } from '../domain/command.ts';

/** SHA-256, hex, of what the customer reads and approves: the same content has the same hash. */
export function contentHash(content: Content): string {
  const { title, customerName, customerEmail, lineItems, totalCents } = content;
  const items = lineItems.map((item) => [item.description, item.quantity, item.unit_price_cents]);
  const canonical = JSON.stringify([title, customerName, customerEmail, items, totalCents]);
  return createHash('sha256').update(canonical).digest('hex');
}
