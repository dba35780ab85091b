import { Field } from '@base-ui/react/field';
import type { LineItem } from '../../../src/domain/pricing.ts';
import { Amount, Decimal } from './AmountField.tsx';
import { DiscountFields } from './DiscountFields.tsx';

/** A line item that is being edited; `key` identifies it. */
export type Item = LineItem & { readonly key: number };

/** The fields of one line item. Discount and tax are folded away until they are used. */
export function ItemFields({
  item,
  number,
  currency,
  onChange,
  onRemove,
}: {
  item: Item;
  number: number;
  currency: string;
  onChange: (item: Item) => void;
  onRemove: (() => void) | undefined;
}) {
  const { discount_percent: percent, discount_cents: cents, ...undiscounted } = item;
  const discount = {
    ...(percent === undefined ? {} : { discount_percent: percent }),
    ...(cents === undefined ? {} : { discount_cents: cents }),
  };
  const isUsed = percent !== undefined || cents !== undefined || Boolean(item.tax_percent);
  return (
    <div className="item">
      <Field.Root>
        <Field.Label>
          Description<span className="hidden"> of line {number}</span>
        </Field.Label>
        <Field.Control
          required
          maxLength={500}
          value={item.description}
          onValueChange={(description) => onChange({ ...item, description })}
        />
        <Field.Error />
      </Field.Root>
      <Decimal
        label={
          <>
            Quantity<span className="hidden"> of line {number}</span>
          </>
        }
        value={item.quantity}
        min={0.001}
        max={1_000_000}
        decimals={3}
        onChange={(quantity) => onChange({ ...item, quantity })}
      />
      <Amount
        label={
          <>
            Price<span className="hidden"> of one in line {number}</span>
          </>
        }
        value={item.unit_price_cents}
        currency={currency}
        mayBeNegative
        onChange={(price) => onChange({ ...item, unit_price_cents: price })}
      />
      {onRemove && (
        <button type="button" onClick={onRemove} aria-label={`Remove line ${number}`}>
          Remove
        </button>
      )}
      <details className="more" open={isUsed || undefined}>
        <summary>
          Discount and tax<span className="hidden"> of line {number}</span>
        </summary>
        <div className="fields">
          <DiscountFields
            discount={discount}
            of={`of line ${number}`}
            currency={currency}
            onChange={(next) => onChange({ ...undiscounted, ...next })}
          />
          <Decimal
            label={
              <>
                Tax, percent<span className="hidden"> of line {number}</span>
              </>
            }
            value={item.tax_percent ?? 0}
            min={0}
            max={100}
            decimals={3}
            onChange={(rate) => onChange(withTax(item, rate, item.tax_inclusive ?? false))}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={item.tax_inclusive ?? false}
              disabled={!item.tax_percent}
              onChange={({ target }) => onChange(withTax(item, item.tax_percent ?? 0, target.checked))}
            />
            The price includes it<span className="hidden"> in line {number}</span>
          </label>
        </div>
      </details>
    </div>
  );
}

function withTax(item: Item, percent: number, isInclusive: boolean): Item {
  const { tax_percent: _, tax_inclusive: __, ...untaxed } = item;
  if (percent === 0) return untaxed;
  return { ...untaxed, tax_percent: percent, ...(isInclusive ? { tax_inclusive: true } : {}) };
}
