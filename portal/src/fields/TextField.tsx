import { Field } from '@base-ui/react/field';
import type { ReactNode } from 'react';
import { isEmailAddress } from '../../../src/domain/email-address.ts';
import { fieldWords, textWords } from './field-words.ts';

type Text = {
  /** The JSON Pointer that the API names the field by, without `#/`. */
  readonly name: string;
  readonly label: ReactNode;
  readonly most: number;
  readonly isOptional?: boolean;
  readonly kind?: 'line' | 'email' | 'paragraphs' | 'password';
  readonly start?: string | undefined;
  readonly hint?: string;
  /** What is said where it is empty. */
  readonly missing?: string;
  readonly autoComplete?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
};

/** A text that people write. What is wrong with it is said beneath it, and what was typed stays. */
export function TextField({
  name,
  label,
  most,
  isOptional = false,
  kind = 'line',
  start,
  hint,
  missing = fieldWords.required,
  autoComplete = 'off',
  value,
  onChange,
}: Text) {
  return (
    <Field.Root
      name={name}
      className="field"
      validationMode="onBlur"
      validate={(text) => wrongWith(String(text ?? ''), kind, isOptional ? null : missing)}
    >
      <Field.Label>{label}</Field.Label>
      <Field.Control
        {...(kind === 'paragraphs' ? { render: <textarea rows={4} /> } : {})}
        {...(kind === 'email' ? { inputMode: 'email', spellCheck: false } : {})}
        type={kind === 'password' ? 'password' : 'text'}
        dir="auto"
        maxLength={most}
        autoComplete={autoComplete}
        aria-required={!isOptional}
        {...(value === undefined ? { defaultValue: start } : { value })}
        {...(onChange ? { onValueChange: onChange } : {})}
      />
      {hint && <Field.Description className="quiet">{hint}</Field.Description>}
      <Field.Error className="error" />
    </Field.Root>
  );
}

function wrongWith(text: string, kind: Text['kind'], missing: string | null): string | null {
  if (text.trim() === '') return missing;
  // A copied address may carry invisible direction marks, which the API strips.
  const address = text.replace(/\p{Bidi_Control}/gu, '').trim();
  if (kind === 'email') return isEmailAddress(address) ? null : textWords.email;
  return kind !== 'line' || /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u.test(text)
    ? null
    : textWords.letters;
}
