import type { Proposal } from '../api.ts';

type LineItem = Proposal['line_items'][number];

/** One difference between two versions. `before` is null for what is new, `after` for what is gone. */
export type Change =
  | {
      readonly what: 'title' | 'discount' | 'total' | 'payments' | 'valid_until' | 'terms';
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly what: 'item'; readonly before: LineItem | null; readonly after: LineItem | null };

/** What was offered in a version. Of an earlier release's the schedule is not known. */
export type OfferVersion = NonNullable<Proposal['last_seen']>;

type Part = NonNullable<OfferVersion['schedule']>[number];

/** How the page writes what changed. */
type Words = {
  readonly money: (cents: number) => string;
  readonly percent: (percent: number) => string;
  readonly day: (date: string) => string;
  readonly when: (part: Part) => string;
};

/** What a customer who saw `before` must know about `after`. Items are matched by description, in their order. */
export function whatChanged(before: OfferVersion, after: OfferVersion, words: Words): Change[] {
  const changes: Change[] = [];
  const note = (what: Exclude<Change['what'], 'item'>, write: (offer: OfferVersion) => string | null) => {
    const [was, is] = [write(before), write(after)];
    if (was !== is) changes.push({ what, before: was, after: is });
  };
  note('title', ({ title }) => title);
  const left = [...before.line_items];
  for (const item of after.line_items) {
    const index = left.findIndex(({ description }) => description === item.description);
    const [was = null] = index < 0 ? [] : left.splice(index, 1);
    if (!isSame(was, item)) changes.push({ what: 'item', before: was, after: item });
  }
  for (const item of left) changes.push({ what: 'item', before: item, after: null });
  note('discount', ({ discount_percent: percent, discount_cents: cents }) => {
    if (percent !== null) return words.percent(percent);
    return cents === null ? null : words.money(cents);
  });
  note('total', ({ total_cents: total }) => words.money(total));
  const writePart = (part: Part) => `${part.label} ${words.money(part.amount_cents)}, ${words.when(part)}`;
  if (before.schedule) note('payments', ({ schedule }) => schedule?.map(writePart).join('; ') ?? null);
  note('valid_until', ({ valid_until: date }) => date && words.day(date));
  note('terms', ({ terms }) => terms);
  return changes;
}

function isSame(before: LineItem | null, after: LineItem): boolean {
  const fields = [
    'quantity',
    'unit_price_cents',
    'discount_percent',
    'discount_cents',
    'tax_percent',
  ] as const;
  return (
    before !== null &&
    fields.every((field) => (before[field] ?? 0) === (after[field] ?? 0)) &&
    (before.tax_inclusive ?? false) === (after.tax_inclusive ?? false)
  );
}
