import type { FieldErrorCode } from '../../../src/errors.ts';

/** How a number is written: its decimals at most, the marks of a format, and the signs that may stand beside it. */
export type Notation = {
  readonly decimals: number;
  /** With a decimal. Some locales write money with other marks than numbers: en-DE has 1.234,5 and €1,234.50. */
  readonly format: Intl.NumberFormat;
  /** A currency's symbol and code, or a percent sign. */
  readonly signs?: readonly string[];
};

/** What was read, in digits with a decimal point (`-1250.5`), or why nothing was. */
export type Reading =
  | { readonly decimal: string }
  | { readonly wrong: Extract<FieldErrorCode, 'required' | 'invalid_format' | 'too_many_decimals'> };

const notUnderstood = { wrong: 'invalid_format' } as const;

/**
 * Reads a number as people type it, in any script's digits: `1,250.50`, `1.250,50`, `1’250.50`, `١٬٢٥٠٫٥٠`. A last point or
 * comma that one or two digits follow is the decimal point in either notation; before more the format decides.
 * What could mean two things, or groups that no notation has, are not understood: nothing is guessed.
 */
export function readNumber(text: string, { decimals, format, signs = [] }: Notation): Reading {
  if (/[\p{No}\p{Nl}]/u.test(text)) return notUnderstood; // 10², ½
  const bare = withoutSigns(toPlain(text), signs);
  if (bare === '') return { wrong: 'required' };
  if (!/\d/.test(bare)) return notUnderstood;
  const [, minus = '', number = ''] = /^(-?)\s*(.*)$/.exec(bare) ?? [];
  const split = splitAtPoint(number, marksOf(format), decimals);
  if (!split) return notUnderstood;
  const whole = ungrouped(split.whole, hasGroupsOfTwo(format));
  if (whole === null || !/^\d*$/.test(split.fraction)) return notUnderstood;
  const fraction = split.fraction.replace(/0+$/, '');
  if (fraction.length > decimals) return { wrong: 'too_many_decimals' };
  return { decimal: minus + whole.replace(/^0+(?=\d)/, '') + (fraction && `.${fraction}`) };
}

/** ASCII digits and signs, without what does not show. */
function toPlain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Bidi_Control}\u200B\uFEFF]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
    .replace(/[\u2212\u2010-\u2013]/g, '-')
    .replace(/[’ʼ`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}

/** The digits of a script stand in one row, from 0 to 9. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (zero > code - 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

/** A sign may stand before or behind, once; a minus before it or behind it. */
function withoutSigns(text: string, signs: readonly string[]): string {
  for (const sign of signs.map(toPlain).filter(Boolean)) {
    const [, minus = '', rest = text] = /^(-?)\s*(.*)$/.exec(text) ?? []; // -$5
    const lower = rest.toLowerCase();
    if (lower.startsWith(sign.toLowerCase())) return minus + rest.slice(sign.length).trim();
    if (lower.endsWith(sign.toLowerCase())) return minus + rest.slice(0, -sign.length).trim();
  }
  return text;
}

type Marks = { readonly decimal: string; readonly group: string };

function marksOf(format: Intl.NumberFormat): Marks {
  const parts = format.formatToParts(1_234_567.5);
  const mark = (type: string) => toPlain(parts.find((part) => part.type === type)?.value ?? '');
  return { decimal: mark('decimal'), group: mark('group') };
}

/** 12,34,567 as in India. */
function hasGroupsOfTwo(format: Intl.NumberFormat): boolean {
  const groups = format.formatToParts(1_234_567).filter(({ type }) => type === 'integer');
  return groups.length === 3 && groups[1]?.value.length === 2;
}

type Split = { readonly whole: string; readonly fraction: string };

/** The two sides of the decimal point; null where it is not clear which mark that is. */
function splitAtPoint(number: string, marks: Marks, decimals: number): Split | null {
  const found = number.match(/[^\d]/g) ?? [];
  const last = found.at(-1);
  const whole = { whole: number, fraction: '' };
  if (last === undefined || !'.,٫'.includes(last)) return whole; // every other mark stands between groups
  const at = number.lastIndexOf(last);
  const split = { whole: number.slice(0, at), fraction: number.slice(at + 1) };
  if (split.fraction === '') return null;
  if (found.filter((mark) => mark === last).length > 1) return whole;
  const isOnly = found.length === 1;
  // Groups have three digits, and none begins with 0.
  if (last === '٫' || !isOnly || split.fraction.length < 3 || /^0*$/.test(split.whole)) return split;
  if (split.fraction.length > 3) return last === marks.decimal ? split : null;
  if (last === marks.decimal) return decimals < 3 ? null : split; // a cent has no third decimal
  return last === marks.group ? whole : null;
}

/** The digits of a number without a fraction, where its groups are possible ones; else null. */
function ungrouped(number: string, mayHaveTwo: boolean): string | null {
  if (number === '') return '0'; // .5
  if (/^\d+$/.test(number)) return number;
  const [mark] = number.match(/[^\d]/) ?? [];
  if (!mark || !".,' ٬".includes(mark)) return null;
  const groups = number.split(mark);
  const [first = '', ...rest] = groups;
  const middle = rest.slice(0, -1);
  const isOfThree = /^[1-9]\d{0,2}$/.test(first) && rest.every((group) => /^\d{3}$/.test(group));
  const isOfTwo =
    mayHaveTwo &&
    /^[1-9]\d?$/.test(first) &&
    middle.every((group) => /^\d{2}$/.test(group)) &&
    /^\d{3}$/.test(rest.at(-1) ?? '');
  return isOfThree || isOfTwo ? groups.join('') : null;
}
