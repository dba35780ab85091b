import type { ErrorCode, FieldError } from '../../../src/errors.ts';
import { Problem } from '../api.ts';
import { chargeableWords, fieldWords } from '../fields/field-words.ts';
import { texts } from '../texts/staff.ts';

/** What went wrong and what to do about it, by the API's code. Nothing that the server wrote is shown. */
const problemWords: Readonly<Record<ErrorCode | 'unreachable', string>> = texts.problemWords.byCode;

/** What went wrong, in words. */
export function wordsOf(error: Error): string {
  const words = error instanceof Problem ? problemWords[error.code] : undefined;
  return words ?? problemWords.internal_error; // the API may be newer than the page
}

/** The words for each wrong field, by the name of the field: its JSON Pointer without `#/`. */
export function wrongFields(error: Error | null, currency: string): Record<string, string> {
  const errors = error instanceof Problem ? error.errors : [];
  return Object.fromEntries(errors.map((wrong) => [nameOf(wrong), wordsFor(wrong, currency)]));
}

/** The wrong fields with their labels, for a list beside the button: some are not fields of the page but sums of them. */
export function listWrongFields(error: Error, currency: string): readonly string[] {
  const errors = error instanceof Problem ? error.errors : [];
  return errors.map((wrong) => `${labelOf(nameOf(wrong))}: ${wordsFor(wrong, currency)}`);
}

const nameOf = ({ pointer }: FieldError) => pointer.replace(/^#\/?/, '');

function wordsFor({ code }: FieldError, currency: string): string {
  return code === 'not_chargeable' ? chargeableWords(currency) : fieldWords[code];
}

const labels: Readonly<Record<string, string>> = texts.problemWords.labels;

/** `line_items/2/quantity` is line 3. */
function labelOf(name: string): string {
  const [first = '', index] = name.split('/');
  if (first === 'line_items' && index !== undefined) return texts.problemWords.line(Number(index) + 1);
  if (first === 'schedule' && index !== undefined) return texts.problemWords.payment(Number(index) + 1);
  return labels[first] ?? texts.problemWords.theRequest;
}
