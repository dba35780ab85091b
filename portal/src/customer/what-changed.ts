import type { Proposal } from '../api.ts';

type LineItem = Proposal['line_items'][number];

/** One difference between two versions. `before` is null for a new item, `after` for a removed one. */
export type Change =
  | { readonly what: 'title' | 'total'; readonly before: string; readonly after: string }
  | { readonly what: 'item'; readonly before: LineItem | null; readonly after: LineItem | null };

type Offer = Pick<Proposal, 'title' | 'line_items' | 'total_cents'>;

/** What a customer who saw `before` must know about `after`. Items are matched by description, in their order. */
export function whatChanged(before: Offer, after: Offer, money: (cents: number) => string): Change[] {
  const changes: Change[] = [];
  if (before.title !== after.title) changes.push({ what: 'title', before: before.title, after: after.title });
  const left = [...before.line_items];
  for (const item of after.line_items) {
    const index = left.findIndex(({ description }) => description === item.description);
    const [was = null] = index < 0 ? [] : left.splice(index, 1);
    const isSame = was?.quantity === item.quantity && was.unit_price_cents === item.unit_price_cents;
    if (!isSame) changes.push({ what: 'item', before: was, after: item });
  }
  for (const item of left) changes.push({ what: 'item', before: item, after: null });
  if (before.total_cents !== after.total_cents) {
    changes.push({ what: 'total', before: money(before.total_cents), after: money(after.total_cents) });
  }
  return changes;
}
