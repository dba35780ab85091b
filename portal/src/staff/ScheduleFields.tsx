import { maximumTotal } from '../../../src/domain/currency.ts';
import { amountsOf } from '../../../src/domain/schedule.ts';
import {
  type DueWhen,
  mostParts,
  named,
  type PartAmount,
  type UnnamedPart,
} from '../../../src/domain/terms.ts';
import { DateField } from '../fields/DateField.tsx';
import { decimalKind, moneyKind } from '../fields/kinds.ts';
import { NumberField } from '../fields/NumberField.tsx';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { type DraftPart, draftPart } from './draft.ts';
import { Labelled } from './Labelled.tsx';
import { useRemove } from './use-remove.ts';

const share = decimalKind(2, { least: 0.01, most: 100 }, '%');
const days = decimalKind(0, { least: 0, most: 3650 });

/** Edits the schedule: each part with its amount and what makes it due. */
export function ScheduleFields({
  parts,
  totalCents,
  currency,
  onChange,
}: {
  parts: readonly DraftPart[];
  /** Null while the lines are not understood. */
  totalCents: number | null;
  currency: string;
  onChange: (parts: readonly DraftPart[]) => void;
}) {
  const isKnown = totalCents !== null && parts.every(isUnderstood);
  const amounts = isKnown ? amountsOf(named(parts), totalCents, currency) : [];
  const sum = amounts.reduce((before, cents) => before + cents, 0);
  const change = (id: string, next: DraftPart) =>
    onChange(parts.map((part) => (part.id === id ? next : part)));
  const remove = useRemove(parts, onChange, texts.scheduleFields.paymentRemoved);
  const add = () =>
    onChange([
      ...parts.slice(0, -1),
      draftPart({ label: texts.scheduleFields.instalment, percent: 10, due: 'request' }),
      ...parts.slice(-1),
    ]);
  const isWrong = isKnown && totalCents > 0 && (sum !== totalCents || amounts.some((cents) => cents < 0));
  return (
    <fieldset>
      <legend>{texts.scheduleFields.payments}</legend>
      {parts.map((part, index) => (
        <PartFields
          key={part.id}
          part={part}
          index={index}
          isLast={index === parts.length - 1}
          amountCents={amounts[index] ?? null}
          currency={currency}
          onChange={(next) => change(part.id, next)}
          onRemove={parts.length > 1 ? () => remove(index) : undefined}
        />
      ))}
      <Button onClick={add} disabled={parts.length >= mostParts}>
        {texts.scheduleFields.addAPayment}
      </Button>
      {isWrong && (
        <p className="error" role="status">
          {texts.scheduleFields.wrongSum(formatMoney(sum, currency), formatMoney(totalCents, currency))}
        </p>
      )}
    </fieldset>
  );
}

function PartFields({
  part,
  index,
  isLast,
  amountCents,
  currency,
  onChange,
  onRemove,
}: {
  part: DraftPart;
  index: number;
  isLast: boolean;
  amountCents: number | null;
  currency: string;
  onChange: (part: DraftPart) => void;
  onRemove: (() => void) | undefined;
}) {
  const { id, label, due } = part;
  const number = index + 1;
  const pointer = `schedule/${index}/`;
  const of = texts.scheduleFields.ofPayment(number);
  const withAmount = (amount: PartAmount) => onChange({ id, label, due, ...amount });
  const withDue = (next: DueWhen) => onChange({ ...part, due: next });
  return (
    <div className="part">
      <TextField
        name={`${pointer}label`}
        label={<Labelled text={texts.scheduleFields.name} of={of} />}
        most={100}
        value={label}
        onChange={(next) => onChange({ ...part, label: next })}
      />
      <label>
        <Labelled text={texts.scheduleFields.howMuch} of={of} />
        <select value={amountKind(part)} onChange={({ target }) => withAmount(newAmount(target.value))}>
          <option value="percent">{texts.scheduleFields.inPercent}</option>
          <option value="amount">{texts.scheduleFields.amount}</option>
          {(isLast || 'rest' in part) && <option value="rest">{texts.scheduleFields.theRest}</option>}
        </select>
      </label>
      {'percent' in part && (
        <NumberField
          name={`${pointer}percent`}
          label={<Labelled text={texts.scheduleFields.percent} of={of} />}
          kind={share}
          value={part.percent}
          onChange={(percent) => withAmount({ percent })}
        />
      )}
      {'amount_cents' in part && (
        <NumberField
          name={`${pointer}amount_cents`}
          label={<Labelled text={texts.scheduleFields.amount} of={of} />}
          kind={moneyKind(currency, { least: 0, most: maximumTotal })}
          value={part.amount_cents}
          onChange={(cents) => withAmount({ amount_cents: cents })}
        />
      )}
      <label>
        <Labelled text={texts.scheduleFields.due} of={of} />
        <select value={dueKind(due)} onChange={({ target }) => withDue(newDue(target.value))}>
          <option value="approval">{texts.scheduleFields.onApproval}</option>
          <option value="request">{texts.scheduleFields.whenYouAsk}</option>
          <option value="date">{texts.scheduleFields.onADate}</option>
          <option value="days">{texts.scheduleFields.daysAfterApproval}</option>
        </select>
      </label>
      {typeof due === 'object' && 'date' in due && (
        <DateField
          name={`${pointer}due/date`}
          label={<Labelled text={texts.scheduleFields.date} of={of} />}
          value={due.date}
          onChange={(date) => withDue({ date })}
        />
      )}
      {typeof due === 'object' && 'days_after_approval' in due && (
        <NumberField
          name={`${pointer}due/days_after_approval`}
          label={<Labelled text={texts.scheduleFields.days} of={of} />}
          kind={days}
          value={due.days_after_approval}
          onChange={(count) => withDue({ days_after_approval: count })}
        />
      )}
      <output>{amountCents === null ? '–' : formatMoney(amountCents, currency)}</output>
      {onRemove && (
        <Button onClick={onRemove} aria-label={texts.scheduleFields.removePayment(number)}>
          {texts.scheduleFields.remove}
        </Button>
      )}
    </div>
  );
}

/** Whether the numbers of a part were understood. */
function isUnderstood(part: UnnamedPart): boolean {
  if ('rest' in part) return true;
  return Number.isFinite('percent' in part ? part.percent : part.amount_cents);
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
