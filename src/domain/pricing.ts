/** One line of a proposal, in minor units of its currency. The field names are those of the API. */
export type LineItem = {
  readonly description: string;
  readonly quantity: number;
  readonly unit_price_cents: number;
};

type Priced = Pick<LineItem, 'quantity' | 'unit_price_cents'>;

/** What one line costs, in minor units. */
export function lineCents({ quantity, unit_price_cents: unitPriceCents }: Priced): number {
  return quantity * unitPriceCents;
}

/** What all lines cost together, in minor units. */
export function totalCents(lines: readonly Priced[]): number {
  return lines.reduce((sum, line) => sum + lineCents(line), 0);
}
