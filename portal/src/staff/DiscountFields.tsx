import type { Discount } from '../../../src/domain/pricing.ts';
import { Amount, Decimal } from './AmountField.tsx';

/** A discount in percent or an amount, or none. `of` says of what, for screen readers. */
export function DiscountFields({
  discount,
  of,
  currency,
  onChange,
}: {
  discount: Discount;
  of: string;
  currency: string;
  onChange: (discount: Discount) => void;
}) {
  const { discount_percent: percent, discount_cents: cents } = discount;
  const kind = percent !== undefined ? 'percent' : cents !== undefined ? 'amount' : 'none';
  const hidden = <span className="hidden"> {of}</span>;
  function choose(next: string) {
    if (next === 'percent') onChange({ discount_percent: 10 });
    else onChange(next === 'amount' ? { discount_cents: 0 } : {});
  }
  return (
    <>
      <label>
        Discount{hidden}
        <select value={kind} onChange={({ target }) => choose(target.value)}>
          <option value="none">None</option>
          <option value="percent">In percent</option>
          <option value="amount">Amount</option>
        </select>
      </label>
      {percent !== undefined && (
        <Decimal
          label={<>Percent off{hidden}</>}
          value={percent}
          min={0.01}
          max={100}
          decimals={2}
          onChange={(value) => onChange({ discount_percent: value })}
        />
      )}
      {cents !== undefined && (
        <Amount
          label={<>Amount off{hidden}</>}
          value={cents}
          currency={currency}
          onChange={(value) => onChange({ discount_cents: value })}
        />
      )}
    </>
  );
}
