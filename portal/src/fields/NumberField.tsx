import { Field } from '@base-ui/react/field';
import { type ReactNode, useState } from 'react';
import type { NumberKind } from '../reading/amount.ts';
import { numberWords } from './field-words.ts';

/** A value that was typed and not understood: nothing is computed from it, and nothing of it is saved. */
export const notUnderstood = Number.NaN;

/**
 * A number as people type it. Once it is understood it is written as the page writes numbers, so that they see how it was read;
 * until then it stays as it was typed. `onChange` hears `notUnderstood` meanwhile.
 */
export function NumberField({
  name,
  label,
  kind,
  value,
  onChange,
}: {
  /** The JSON Pointer that the API names the field by, without `#/`. */
  name: string;
  label: ReactNode;
  kind: NumberKind;
  /** Nothing is written where it is `notUnderstood`. */
  value: number;
  onChange?: (value: number) => void;
}) {
  const [text, setText] = useState(() => (Number.isFinite(value) ? kind.write(value) : ''));
  return (
    <Field.Root
      name={name}
      className="field"
      validationMode="onBlur"
      validate={(typed) => numberWords(kind.read(String(typed ?? '')), kind)}
    >
      <Field.Label>{label}</Field.Label>
      <Field.Control
        className="figure"
        inputMode={kind.least < 0 ? 'text' : 'decimal'} // a phone's keypad has no minus
        maxLength={40}
        autoComplete="off"
        aria-required
        value={text}
        onValueChange={(typed) => {
          setText(typed);
          const reading = kind.read(typed);
          onChange?.('value' in reading ? reading.value : notUnderstood);
        }}
        onFocus={({ target }) => target.select()} // what is typed takes its place
        onMouseDown={(event) => {
          if (document.activeElement === event.currentTarget) return;
          event.preventDefault(); // the click would put the caret somewhere instead
          event.currentTarget.focus();
        }}
        onBlur={() => {
          const reading = kind.read(text);
          if ('value' in reading) setText(kind.write(reading.value));
        }}
      />
      <Field.Error className="error" />
    </Field.Root>
  );
}
