import { maximumTotal } from '../../../src/domain/currency.ts';
import type { Org } from '../api.ts';
import { decimalKind, moneyKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { texts } from '../texts/staff.ts';

const words = texts.settingsPage;

const percentKind = decimalKind(2, { least: 0.01, most: 100 }, '%');

/** The deposit of new proposals: a percentage, an amount, or none. */
export function DepositFields({
  org: { deposit, currency },
  onChange,
}: {
  org: Pick<Org, 'deposit' | 'currency'>;
  onChange: (change: Pick<Org, 'deposit'>) => void;
}) {
  const kind = deposit === null ? 'none' : 'percent' in deposit ? 'percent' : 'amount';
  function choose(next: string) {
    if (next === 'none') onChange({ deposit: null });
    else onChange({ deposit: next === 'percent' ? { percent: 30 } : { amount_cents: 50_000 } });
  }
  return (
    <>
      <label>
        {words.deposit}
        <select value={kind} onChange={({ target }) => choose(target.value)}>
          <option value="percent">{words.depositInPercent}</option>
          <option value="amount">{words.depositAmount}</option>
          <option value="none">{words.noDeposit}</option>
        </select>
      </label>
      {deposit && 'percent' in deposit && (
        <NumberField
          name="deposit"
          label={words.depositPercent}
          kind={percentKind}
          value={deposit.percent}
          onChange={(percent) => onChange({ deposit: { percent } })}
        />
      )}
      {deposit && 'amount_cents' in deposit && (
        <NumberField
          name="deposit"
          label={words.depositAmount}
          kind={moneyKind(currency, { least: 1, most: maximumTotal })}
          value={deposit.amount_cents}
          onChange={(amount) => onChange({ deposit: { amount_cents: amount } })}
        />
      )}
    </>
  );
}
