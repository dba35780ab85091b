import { chargeStep, maximumTotal, minimumChargeOf } from '../../../src/domain/currency.ts';
import type { FieldErrorCode } from '../../../src/errors.ts';
import { formatMoney } from '../money.ts';
import type { NumberKind, NumberReading } from '../reading/amount.ts';
import { texts } from '../texts/customer.ts';

/** What is wrong with a field, and what would be right, by the API's code. Nothing that the server wrote is shown. */
export const fieldWords: Readonly<Record<FieldErrorCode, string>> = texts.fieldWords.byCode;

export const textWords = {
  letters: texts.fieldWords.letters,
  email: texts.fieldWords.email,
  date: texts.fieldWords.date,
} as const;

/** What is wrong with a typed number; null where nothing is. */
export function numberWords(reading: NumberReading, kind: NumberKind): string | null {
  if (!('wrong' in reading)) return null;
  switch (reading.wrong) {
    case 'required':
      return texts.fieldWords.numberMissing;
    case 'invalid_format':
      return texts.fieldWords.typeANumberLike(kind.write(kind.example));
    case 'too_many_decimals':
      return kind.decimals === 0
        ? texts.fieldWords.wholeNumbersOnly
        : texts.fieldWords.atMostDecimals(kind.decimals);
    case 'too_small':
      return texts.fieldWords.atLeast(kind.write(kind.least));
    case 'too_large':
      return texts.fieldWords.atMost(kind.write(kind.most));
  }
}

/** Why a total cannot be charged: in the currency's own terms. */
export function chargeableWords(currency: string): string {
  const step = chargeStep(currency);
  const [least, most] = [minimumChargeOf(currency), maximumTotal - (maximumTotal % step)];
  const range = texts.fieldWords.range(formatMoney(least, currency), formatMoney(most, currency));
  return step === 1
    ? texts.fieldWords.mustBe(range)
    : texts.fieldWords.mustBeInSteps(range, formatMoney(step, currency));
}
