import { createHash } from 'node:crypto';
import type { Content } from '../domain/command.ts';
import type { LineItem } from '../domain/pricing.ts';
import { amountsOf } from '../domain/schedule.ts';

/** What a new version's hash is over. */
export const hashVersion = 2;

/**
 * SHA-256, hex, of what is approved: the same terms have the same hash. Version 2 is over all terms and never over a name or
 * an address. Version 1, that of earlier releases, has the customer in it, and knew no discount, tax, schedule or end.
 */
export function contentHash(content: Content, version: number): string {
  return createHash('sha256')
    .update(JSON.stringify(version === 1 ? first(content) : second(content)))
    .digest('hex');
}

function first({ title, customerName, customerEmail, lineItems, totalCents }: Content) {
  const items = lineItems.map((item) => [item.description, item.quantity, item.unit_price_cents]);
  return [title, customerName, customerEmail, items, totalCents];
}

function second(content: Content) {
  const { title, currency, lineItems, discount, totalCents, schedule, validUntil, terms } = content;
  // A part of nothing is no part: it is not shown, and so not sent back.
  const amounts = amountsOf(schedule ?? [], totalCents, currency);
  const parts = (schedule ?? [])
    .filter((_, index) => amounts[index] !== 0)
    .map(({ key, label, due, ...amount }) => [key, label, toList(amount), due]);
  const sums = [currency, totalCents, toList(discount)];
  return [2, title, lineItems.map(toItem), sums, parts, validUntil, terms];
}

function toItem({ description, quantity, unit_price_cents: price, ...rest }: LineItem) {
  const { tax_percent: tax = 0, tax_inclusive: inclusive = false, ...discount } = rest;
  return [description, quantity, price, toList(discount), tax, tax > 0 && inclusive];
}

/** Fields in the order of their names: the database keeps no order of its own. */
function toList(fields: object) {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
