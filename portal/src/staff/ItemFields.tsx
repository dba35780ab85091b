import { Field } from '@base-ui/react/field';
import { NumberField } from '@base-ui/react/number-field';
import type { BaseUIEvent } from '@base-ui/react/types';
import type { KeyboardEvent } from 'react';
import { maximumCharge, minorUnits } from '../../../src/domain/currency.ts';
import type { Proposal } from '../api.ts';
import { priceFormat, toCents } from '../money.ts';

/** A line item that is being edited; `key` identifies it. */
export type Item = Proposal['line_items'][number] & { readonly key: number };

/** The fields of one line item. */
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
  onChange: (part: Partial<Item>) => void;
  onRemove: (() => void) | undefined;
}) {
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
          onValueChange={(description) => onChange({ description })}
        />
        <Field.Error />
      </Field.Root>
      <Field.Root>
        <Field.Label>
          Quantity<span className="hidden"> of line {number}</span>
        </Field.Label>
        <NumberField.Root
          required
          min={1}
          max={1_000_000}
          step={1}
          format={{ maximumFractionDigits: 0 }}
          value={item.quantity}
          onValueChange={(quantity) => onChange({ quantity: Math.round(quantity ?? 1) })}
        >
          <NumberField.Input onKeyDown={moveInText} />
        </NumberField.Root>
        <Field.Error />
      </Field.Root>
      <Field.Root>
        <Field.Label>
          Price<span className="hidden"> of one in line {number}</span>
        </Field.Label>
        <NumberField.Root
          required
          min={0}
          max={maximumCharge / minorUnits(currency)}
          step="any"
          format={priceFormat(currency)}
          value={item.unit_price_cents / minorUnits(currency)}
          onValueChange={(price) => onChange({ unit_price_cents: toCents(price ?? 0, currency) })}
        >
          <NumberField.Input onKeyDown={moveInText} />
        </NumberField.Root>
        <Field.Error />
      </Field.Root>
      {onRemove && (
        <button type="button" onClick={onRemove} aria-label={`Remove line ${number}`}>
          Remove
        </button>
      )}
    </div>
  );
}

/** Home and End move to the ends of the text, as usual. The component would set the minimum and the maximum. */
function moveInText(event: BaseUIEvent<KeyboardEvent>): void {
  if (event.key === 'Home' || event.key === 'End') event.preventBaseUIHandler();
}
