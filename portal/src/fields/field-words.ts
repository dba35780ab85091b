import { chargeStep, maximumTotal, minimumChargeOf } from '../../../src/domain/currency.ts';
import type { FieldErrorCode } from '../../../src/errors.ts';
import { formatMoney } from '../money.ts';
import type { NumberKind, NumberReading } from '../reading/amount.ts';

/** What is wrong with a field, and what would be right, by the API's code. Nothing that the server wrote is shown. */
export const fieldWords: Readonly<Record<FieldErrorCode, string>> = {
  required: 'Please fill this in.',
  wrong_type: 'This is not understood.',
  unknown_value: 'Please choose one of the list.',
  too_short: 'This is too short.',
  too_long: 'This is too long.',
  too_small: 'This is too small.',
  too_large: 'This is too large.',
  not_an_integer: 'Whole numbers only.',
  invalid_format: 'This is not understood.',
  too_many_decimals: 'This has too many decimals.',
  not_chargeable: 'This amount cannot be charged.',
  not_found: 'This does not exist any more.',
  in_the_past: 'This date is in the past.',
  in_the_future: 'This date is in the future.',
  above_line: 'This is more than the line costs.',
  above_subtotal: 'This is more than all lines together.',
  above_total: 'This is more than the total.',
  wrong_sum: 'The payments must add up to the total. Let the last one be the rest, or change an amount.',
};

export const textWords = {
  letters: 'Please use letters or digits.',
  email: 'Please type an address like mary@example.com.',
  date: 'Please complete the date, or empty it.',
} as const;

/** What is wrong with a typed number; null where nothing is. */
export function numberWords(reading: NumberReading, kind: NumberKind): string | null {
  if (!('wrong' in reading)) return null;
  switch (reading.wrong) {
    case 'required':
      return 'Please type a number.';
    case 'invalid_format':
      return `Please type a number like ${kind.write(kind.example)}.`;
    case 'too_many_decimals':
      return kind.decimals === 0 ? 'Whole numbers only.' : `At most ${kind.decimals} decimals.`;
    case 'too_small':
      return `At least ${kind.write(kind.least)}.`;
    case 'too_large':
      return `At most ${kind.write(kind.most)}.`;
  }
}

/** Why a total cannot be charged: in the currency's own terms. */
export function chargeableWords(currency: string): string {
  const step = chargeStep(currency);
  const [least, most] = [minimumChargeOf(currency), maximumTotal - (maximumTotal % step)];
  const range = `from ${formatMoney(least, currency)} to ${formatMoney(most, currency)}`;
  return step === 1
    ? `It must be ${range}.`
    : `It must be ${range}, in steps of ${formatMoney(step, currency)}.`;
}
