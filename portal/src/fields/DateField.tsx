import { Field } from '@base-ui/react/field';
import type { ReactNode } from 'react';
import { fieldWords, textWords } from './field-words.ts';

/** A date, in the browser's own field, which reads it in the reader's notation. One that is half typed is refused. */
export function DateField({
  name,
  label,
  isOptional = false,
  most,
  start,
  value,
  onChange,
}: {
  /** The JSON Pointer that the API names the field by, without `#/`. */
  name: string;
  label: ReactNode;
  isOptional?: boolean;
  /** The last date that is possible. */
  most?: string;
  start?: string;
  value?: string;
  onChange?: (date: string) => void;
}) {
  return (
    <Field.Root
      name={name}
      className="field"
      validate={(date) => {
        if (date === '') return isOptional ? null : fieldWords.required;
        return most !== undefined && String(date) > most ? fieldWords.in_the_future : null;
      }}
    >
      <Field.Label>{label}</Field.Label>
      <Field.Control
        type="date"
        aria-required={!isOptional}
        {...(value === undefined ? { defaultValue: start ?? '' } : { value })}
        {...(onChange ? { onValueChange: onChange } : {})}
      />
      <Field.Validity>
        {({ validity }) => (
          <Field.Error className="error" {...(validity.badInput ? { children: textWords.date } : {})} />
        )}
      </Field.Validity>
    </Field.Root>
  );
}
