import { maximumTotal } from '../../../src/domain/currency.ts';
import type { Discount } from '../../../src/domain/pricing.ts';
import { decimalKind, moneyKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { texts } from '../texts/staff.ts';
import { Labelled } from './Labelled.tsx';

const share = decimalKind(2, { least: 0.01, most: 100 }, '%');

/** A discount in percent or an amount, or none. `of` says of what, for screen readers; `pointer` where the API has it. */
export function DiscountFields({
  discount,
  pointer,
  of,
  currency,
  onChange,
}: {
  discount: Discount;
  pointer: string;
  of: string;
  currency: string;
  onChange: (discount: Discount) => void;
}) {
  const { discount_percent: percent, discount_cents: cents } = discount;
  const kind = percent !== undefined ? 'percent' : cents !== undefined ? 'amount' : 'none';
  function choose(next: string) {
    if (next === 'percent') onChange({ discount_percent: 10 });
    else onChange(next === 'amount' ? { discount_cents: 0 } : {});
  }
  return (
    <>
      <label>
        <Labelled text={texts.discountFields.discount} of={of} />
        <select value={kind} onChange={({ target }) => choose(target.value)}>
          <option value="none">{texts.discountFields.none}</option>
          <option value="percent">{texts.discountFields.inPercent}</option>
          <option value="amount">{texts.discountFields.amount}</option>
        </select>
      </label>
      {percent !== undefined && (
        <NumberField
          name={`${pointer}discount_percent`}
          label={<Labelled text={texts.discountFields.percentOff} of={of} />}
          kind={share}
          value={percent}
          onChange={(value) => onChange({ discount_percent: value })}
        />
      )}
      {cents !== undefined && (
        <NumberField
          name={`${pointer}discount_cents`}
          label={<Labelled text={texts.discountFields.amountOff} of={of} />}
          kind={moneyKind(currency, { least: 0, most: maximumTotal })}
          value={cents}
          onChange={(value) => onChange({ discount_cents: value })}
        />
      )}
    </>
  );
}
