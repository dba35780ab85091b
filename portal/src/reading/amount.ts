import { minorUnits, priceDecimals, priceFormat, toMinorUnits } from '../../../src/domain/currency.ts';
import type { FieldErrorCode } from '../../../src/errors.ts';
import { readNumber } from './number.ts';

/** What can be typed into a field: how it is read, how it is written, and its limits, which are values too. */
export type NumberKind = {
  readonly read: (text: string) => NumberReading;
  readonly write: (value: number) => string;
  readonly least: number;
  readonly most: number;
  readonly decimals: number;
  /** A value to show how one is written. */
  readonly example: number;
};

export type NumberReading =
  | { readonly value: number }
  | {
      readonly wrong: Extract<
        FieldErrorCode,
        'required' | 'invalid_format' | 'too_many_decimals' | 'too_small' | 'too_large'
      >;
    };

type Limits = { readonly least: number; readonly most: number };

/** A quantity, a percentage or a count, with so many decimals at most. */
export function decimalKind(decimals: number, limits: Limits, locale: string, unit = ''): NumberKind {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals });
  const marks = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 });
  return {
    ...limits,
    decimals,
    example: Math.min(limits.most, decimals > 0 ? 2.5 : 3),
    write: (value) => format.format(value),
    read: (text) => {
      const reading = readNumber(text, { decimals, format: marks, signs: unit ? [unit] : [] });
      return 'wrong' in reading ? reading : within(Number(reading.decimal), limits);
    },
  };
}

/** An amount of money. Its value and its limits are in minor units. */
export function moneyKind(currency: string, limits: Limits, locale: string): NumberKind {
  const decimals = priceDecimals(currency);
  const format = new Intl.NumberFormat(locale, priceFormat(currency));
  const marks = new Intl.NumberFormat(locale, {
    ...priceFormat(currency),
    minimumFractionDigits: 1,
    maximumFractionDigits: 3,
  });
  const signs = signsOf(currency, locale);
  return {
    ...limits,
    decimals,
    example: 1_250 * minorUnits(currency),
    write: (cents) => format.format(cents / minorUnits(currency)),
    read: (text) => {
      const reading = readNumber(text, { decimals, format: marks, signs });
      if ('wrong' in reading) return reading;
      const cents = toMinorUnits(reading.decimal, currency);
      return cents === null ? { wrong: 'too_many_decimals' } : within(cents, limits);
    },
  };
}

function within(value: number, { least, most }: Limits): NumberReading {
  if (value < least) return { wrong: 'too_small' };
  return value > most ? { wrong: 'too_large' } : { value: value === 0 ? 0 : value };
}

/** `US$`, `$`, `USD`: however the locale writes the currency, the longest first. */
function signsOf(currency: string, locale: string): string[] {
  const written = (['symbol', 'narrowSymbol', 'code'] as const).map((currencyDisplay) => {
    const parts = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay });
    return parts.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? '';
  });
  return [...new Set(written)].sort((a, b) => b.length - a.length);
}
