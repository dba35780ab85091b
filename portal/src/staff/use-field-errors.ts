import { useMemo, useState } from 'react';
import { wrongFields } from './problem-words.ts';

/** The words for the fields that the API refused, until anything is changed: that may have mended them. */
export function useFieldErrors(error: Error | null, currency: string) {
  const [mended, setMended] = useState<Error | null>(null);
  const errors = useMemo(
    () => (error === mended ? {} : wrongFields(error, currency)),
    [error, mended, currency],
  );
  return { errors, onChanged: () => setMended(error) };
}
