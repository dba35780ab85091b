import { useState } from 'react';
import { decimalKind, moneyKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { DiscountFields } from './DiscountFields.tsx';
import type { DraftItem } from './draft.ts';
import { Labelled } from './Labelled.tsx';

const quantity = decimalKind(3, { least: 0.001, most: 1_000_000 });
const taxPercent = decimalKind(3, { least: 0, most: 100 }, '%');
const largestPrice = 999_999_999_999;

/** The fields of one line item. Discount and tax are folded away until they are used. */
export function ItemFields({
  item,
  index,
  currency,
  onChange,
  onRemove,
}: {
  item: DraftItem;
  index: number;
  currency: string;
  onChange: (item: DraftItem) => void;
  onRemove: (() => void) | undefined;
}) {
  const { discount_percent: percent, discount_cents: cents, ...undiscounted } = item;
  const discount = {
    ...(percent === undefined ? {} : { discount_percent: percent }),
    ...(cents === undefined ? {} : { discount_cents: cents }),
  };
  const { tax_percent: tax = 0 } = item;
  const [isOpen, setOpen] = useState(percent !== undefined || cents !== undefined || tax !== 0);
  // What is not understood stays in sight: it keeps the proposal from being saved.
  const isWrong = [percent ?? 0, cents ?? 0, tax].some(Number.isNaN);
  const number = index + 1;
  const pointer = `line_items/${index}/`;
  return (
    <div className="item">
      <TextField
        name={`${pointer}description`}
        label={<Labelled text={texts.itemFields.description} of={texts.itemFields.ofLine(number)} />}
        most={500}
        value={item.description}
        onChange={(description) => onChange({ ...item, description })}
      />
      <NumberField
        name={`${pointer}quantity`}
        label={<Labelled text={texts.itemFields.quantity} of={texts.itemFields.ofLine(number)} />}
        kind={quantity}
        value={item.quantity}
        onChange={(value) => onChange({ ...item, quantity: value })}
      />
      <NumberField
        name={`${pointer}unit_price_cents`}
        label={<Labelled text={texts.itemFields.price} of={texts.itemFields.ofOneInLine(number)} />}
        kind={moneyKind(currency, { least: -largestPrice, most: largestPrice })}
        value={item.unit_price_cents}
        onChange={(price) => onChange({ ...item, unit_price_cents: price })}
      />
      {onRemove && (
        <Button onClick={onRemove} aria-label={texts.itemFields.removeLine(number)}>
          {texts.itemFields.remove}
        </Button>
      )}
      <details
        className="more"
        open={isOpen || isWrong}
        onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      >
        <summary>
          <Labelled text={texts.itemFields.discountAndTax} of={texts.itemFields.ofLine(number)} />
        </summary>
        <div className="fields">
          <DiscountFields
            discount={discount}
            pointer={pointer}
            of={texts.itemFields.ofLine(number)}
            currency={currency}
            onChange={(next) => onChange({ ...undiscounted, ...next })}
          />
          <NumberField
            name={`${pointer}tax_percent`}
            label={<Labelled text={texts.itemFields.taxPercent} of={texts.itemFields.ofLine(number)} />}
            kind={taxPercent}
            value={tax}
            onChange={(rate) => onChange({ ...item, tax_percent: rate })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={item.tax_inclusive ?? false}
              onChange={({ target }) => onChange({ ...item, tax_inclusive: target.checked })}
            />
            <Labelled text={texts.itemFields.priceIncludesIt} of={texts.itemFields.inLine(number)} />
          </label>
        </div>
      </details>
    </div>
  );
}
