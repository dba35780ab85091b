import { Field } from '@base-ui/react/field';
import { amountsOf } from '../../../src/domain/schedule.ts';
import {
  type DueWhen,
  mostParts,
  named,
  type PartAmount,
  type UnnamedPart,
} from '../../../src/domain/terms.ts';
import { formatMoney } from '../money.ts';
import { Amount, Decimal } from './AmountField.tsx';

/** A part that is being edited; `id` identifies it. */
export type DraftPart = UnnamedPart & { readonly id: number };

let ids = 0;
export function withId(part: UnnamedPart): DraftPart {
  ids += 1;
  return { ...part, id: ids };
}

/** Edits the schedule: each part with its amount and what makes it due. */
export function ScheduleFields({
  parts,
  totalCents,
  currency,
  onChange,
}: {
  parts: readonly DraftPart[];
  totalCents: number;
  currency: string;
  onChange: (parts: readonly DraftPart[]) => void;
}) {
  const amounts = amountsOf(named(parts), totalCents, currency);
  const sum = amounts.reduce((before, cents) => before + cents, 0);
  const change = (id: number, next: DraftPart) =>
    onChange(parts.map((part) => (part.id === id ? next : part)));
  const add = () =>
    onChange([
      ...parts.slice(0, -1),
      withId({ label: 'Instalment', percent: 10, due: 'request' }),
      ...parts.slice(-1),
    ]);
  const isWrong = sum !== totalCents || amounts.some((cents) => cents < 0);
  return (
    <fieldset>
      <legend>Payments</legend>
      {parts.map((part, index) => (
        <PartFields
          key={part.id}
          part={part}
          number={index + 1}
          isLast={index === parts.length - 1}
          amountCents={amounts[index] ?? 0}
          currency={currency}
          onChange={(next) => change(part.id, next)}
          onRemove={parts.length > 1 ? () => onChange(parts.filter(({ id }) => id !== part.id)) : undefined}
        />
      ))}
      <button type="button" onClick={add} disabled={parts.length >= mostParts}>
        Add a payment
      </button>
      {isWrong && totalCents > 0 && (
        <p className="error" role="alert">
          The payments add up to {formatMoney(sum, currency)}, and not to the total of{' '}
          {formatMoney(totalCents, currency)}. Let the last one be the rest, or change an amount.
        </p>
      )}
    </fieldset>
  );
}

function PartFields({
  part,
  number,
  isLast,
  amountCents,
  currency,
  onChange,
  onRemove,
}: {
  part: DraftPart;
  number: number;
  isLast: boolean;
  amountCents: number;
  currency: string;
  onChange: (part: DraftPart) => void;
  onRemove: (() => void) | undefined;
}) {
  const { id, label, due } = part;
  const of = <span className="hidden"> of payment {number}</span>;
  const withAmount = (amount: PartAmount) => onChange({ id, label, due, ...amount });
  const withDue = (next: DueWhen) => onChange({ ...part, due: next });
  return (
    <div className="part">
      <Field.Root>
        <Field.Label>Name{of}</Field.Label>
        <Field.Control
          required
          maxLength={100}
          value={label}
          onValueChange={(next) => onChange({ ...part, label: next })}
        />
        <Field.Error />
      </Field.Root>
      <label>
        How much{of}
        <select value={amountKind(part)} onChange={({ target }) => withAmount(newAmount(target.value))}>
          <option value="percent">In percent</option>
          <option value="amount">Amount</option>
          {(isLast || 'rest' in part) && <option value="rest">The rest</option>}
        </select>
      </label>
      {'percent' in part && (
        <Decimal
          label={<>Percent{of}</>}
          value={part.percent}
          min={0.01}
          max={100}
          decimals={2}
          onChange={(percent) => withAmount({ percent })}
        />
      )}
      {'amount_cents' in part && (
        <Amount
          label={<>Amount{of}</>}
          value={part.amount_cents}
          currency={currency}
          onChange={(cents) => withAmount({ amount_cents: cents })}
        />
      )}
      <label>
        Due{of}
        <select value={dueKind(due)} onChange={({ target }) => withDue(newDue(target.value))}>
          <option value="approval">On approval</option>
          <option value="request">When you ask for it</option>
          <option value="date">On a date</option>
          <option value="days">Days after approval</option>
        </select>
      </label>
      {typeof due === 'object' && 'date' in due && (
        <label>
          Date{of}
          <input
            type="date"
            required
            value={due.date}
            onChange={({ target }) => withDue({ date: target.value })}
          />
        </label>
      )}
      {typeof due === 'object' && 'days_after_approval' in due && (
        <Decimal
          label={<>Days{of}</>}
          value={due.days_after_approval}
          min={0}
          max={3650}
          decimals={0}
          onChange={(days) => withDue({ days_after_approval: days })}
        />
      )}
      <output>{formatMoney(amountCents, currency)}</output>
      {onRemove && (
        <button type="button" onClick={onRemove} aria-label={`Remove payment ${number}`}>
          Remove
        </button>
      )}
    </div>
  );
}

function amountKind(part: UnnamedPart): string {
  if ('rest' in part) return 'rest';
  return 'percent' in part ? 'percent' : 'amount';
}

function newAmount(kind: string): PartAmount {
  if (kind === 'rest') return { rest: true };
  return kind === 'percent' ? { percent: 30 } : { amount_cents: 0 };
}

function dueKind(due: DueWhen): string {
  if (typeof due === 'string') return due;
  return 'date' in due ? 'date' : 'days';
}

function newDue(kind: string): DueWhen {
  if (kind === 'date') return { date: '' };
  if (kind === 'days') return { days_after_approval: 30 };
  return kind === 'request' ? 'request' : 'approval';
}
