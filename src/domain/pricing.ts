import { chargeStep } from './currency.ts';
import { roundedShare, toThousandths } from './rounding.ts';

/**
 * A discount: in percent, with two decimals at most, or an amount in minor units. The field names of a price are those of
 * the API, and are stored.
 */
export type Discount = { readonly discount_percent?: number; readonly discount_cents?: number };

/** One line of a proposal, in minor units of its currency. A missing field is 0 or false. */
export type LineItem = Discount & {
  readonly description: string;
  /** Above zero, with three decimals at most. */
  readonly quantity: number;
  /** Below zero it is a line that takes something off. */
  readonly unit_price_cents: number;
  /** Three decimals at most. */
  readonly tax_percent?: number;
  /** Whether the price holds the tax already. */
  readonly tax_inclusive?: boolean;
};

type Priced = Omit<LineItem, 'description'>;

/** All taxes of one rate. */
export type TaxSum = { readonly percent: number; readonly inclusive: boolean; readonly cents: number };

/** What everything costs, in minor units. `total = subtotal - discount + taxes that are not inclusive`. */
export type Price = {
  /** The lines, each less its own discount. Taxes that are not inclusive are not in it. */
  readonly subtotalCents: number;
  /** What the discount on the whole takes off. */
  readonly discountCents: number;
  /** By rate, the lowest first, exclusive before inclusive. */
  readonly taxes: readonly TaxSum[];
  readonly taxCents: number;
  readonly totalCents: number;
};

/** What one line costs, less its own discount, in minor units, and without the taxes that come on top. */
export function lineCents(line: Priced, currency: string): number {
  const gross = grossCents(line, currency);
  return gross - discountOn(gross, line, currency);
}

/** Quantity times unit price. Only a quantity with decimals is a reason to round: what was typed is not altered. */
export function grossCents({ quantity, unit_price_cents: unitPriceCents }: Priced, currency: string): number {
  if (Number.isInteger(quantity)) return quantity * unitPriceCents;
  return roundedShare(unitPriceCents, toThousandths(quantity), 1_000, chargeStep(currency));
}

/** What a discount takes off an amount. */
export function discountOn(cents: number, discount: Discount, currency: string): number {
  const { discount_percent: percent, discount_cents: amountCents } = discount;
  if (amountCents !== undefined) return amountCents;
  return percent === undefined ? 0 : percentOf(cents, percent, currency);
}

/**
 * Adds up a price. Only a line's amounts are rounded: its product, its discount, its share of the discount on the whole, its
 * tax. Sums are of rounded amounts, and so the same however the lines are grouped.
 */
export function priceOf(lines: readonly Priced[], discount: Discount, currency: string): Price {
  const nets = lines.map((line) => lineCents(line, currency));
  const subtotalCents = sum(nets);
  const discountCents = discountOn(subtotalCents, discount, currency);
  const taxes = new Map<string, TaxSum>();
  let [before, taken] = [0, 0];
  for (const [index, net] of nets.entries()) {
    // Each line bears its share: what the lines up to it bear, less what those before it bore. So nothing is left over.
    before += net;
    const upToHere =
      subtotalCents === 0 ? 0 : roundedShare(discountCents, before, subtotalCents, chargeStep(currency));
    addTax(taxes, lines[index] as Priced, net - (upToHere - taken), currency);
    taken = upToHere;
  }
  const sums = [...taxes.values()].sort(
    (a, b) => a.percent - b.percent || Number(a.inclusive) - Number(b.inclusive),
  );
  const onTop = sum(sums.filter(({ inclusive }) => !inclusive).map(({ cents }) => cents));
  return {
    subtotalCents,
    discountCents,
    taxes: sums,
    taxCents: sum(sums.map(({ cents }) => cents)),
    totalCents: subtotalCents - discountCents + onTop,
  };
}

function addTax(taxes: Map<string, TaxSum>, line: Priced, taxableCents: number, currency: string): void {
  const { tax_percent: percent = 0, tax_inclusive: inclusive = false } = line;
  if (percent === 0) return;
  const thousandths = toThousandths(percent);
  const whole = inclusive ? 100_000 + thousandths : 100_000;
  const cents = roundedShare(taxableCents, thousandths, whole, chargeStep(currency));
  const key = `${percent} ${inclusive}`;
  taxes.set(key, { percent, inclusive, cents: (taxes.get(key)?.cents ?? 0) + cents });
}

/** A percentage of an amount, rounded to an amount that can be charged. */
export function percentOf(cents: number, percent: number, currency: string): number {
  return roundedShare(cents, toThousandths(percent), 100_000, chargeStep(currency));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, cents) => total + cents, 0);
}
