import { useEffect, useRef, useState } from 'react';
import { Problem } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';

/** The code of a second factor, from when the API has asked for it. */
export function CodeField({ error }: { error: Error | null }) {
  const [isAskedFor, setAskedFor] = useState(false);
  if (!isAskedFor && asksForCode(error)) setAskedFor(true);
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isAskedFor) field.current?.querySelector('input')?.focus();
  }, [isAskedFor]);
  if (!isAskedFor) return null;
  return (
    <div ref={field}>
      <TextField
        name="code"
        label={texts.codeField.code}
        hint={texts.codeField.hint}
        most={50}
        autoComplete="one-time-code"
      />
    </div>
  );
}

/** Not wrong: the API asks for more. */
export function asksForCode(error: Error | null): boolean {
  return error instanceof Problem && error.code === 'second_factor_required';
}

/** The code that was typed, if it was asked for. */
export function codeOf({ code }: Readonly<Record<string, unknown>>): { code?: string } {
  return code ? { code: String(code) } : {};
}
