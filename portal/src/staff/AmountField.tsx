import { Field } from '@base-ui/react/field';
import { NumberField } from '@base-ui/react/number-field';
import type { BaseUIEvent } from '@base-ui/react/types';
import type { KeyboardEvent, ReactNode } from 'react';
import { minorUnits, priceFormat } from '../../../src/domain/currency.ts';
import { toCents } from '../money.ts';

/** The largest amount that a field takes, in minor units. */
const largest = 999_999_999_999;

type Common = {
  readonly label: ReactNode;
  readonly value: number;
  readonly onChange: (value: number) => void;
};

/** A number with some decimals. */
export function Decimal({
  label,
  value,
  onChange,
  min,
  max,
  decimals,
}: Common & { min: number; max: number; decimals: number }) {
  return (
    <Field.Root>
      <Field.Label>{label}</Field.Label>
      <NumberField.Root
        required
        min={min}
        max={max}
        step="any"
        format={{ maximumFractionDigits: decimals }}
        value={value}
        onValueChange={(number) => onChange(Number((number ?? min).toFixed(decimals)))}
      >
        <NumberField.Input onKeyDown={moveInText} />
      </NumberField.Root>
      <Field.Error />
    </Field.Root>
  );
}

/** An amount of money, in minor units. */
export function Amount({
  label,
  value,
  onChange,
  currency,
  mayBeNegative = false,
}: Common & { currency: string; mayBeNegative?: boolean }) {
  const max = largest / minorUnits(currency);
  return (
    <Field.Root>
      <Field.Label>{label}</Field.Label>
      <NumberField.Root
        required
        min={mayBeNegative ? -max : 0}
        max={max}
        step="any"
        format={priceFormat(currency)}
        value={value / minorUnits(currency)}
        onValueChange={(units) => onChange(toCents(units ?? 0, currency))}
      >
        <NumberField.Input onKeyDown={moveInText} />
      </NumberField.Root>
      <Field.Error />
    </Field.Root>
  );
}

/** Home and End move to the ends of the text, as usual. The component would set the minimum and the maximum. */
function moveInText(event: BaseUIEvent<KeyboardEvent>): void {
  if (event.key === 'Home' || event.key === 'End') event.preventBaseUIHandler();
}
