/** Well below the 500 characters that QuickBooks takes. */
const longest = 100;

/** A name as QuickBooks takes it: on one line, without the colon that separates parents from children, and quotes. */
export function displayName(text: string, otherwise: string): string {
  const clean = (name: string) =>
    name
      .replace(/[:"\p{Cc}]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  return cut(clean(text) || clean(otherwise), longest);
}

/** A text of at most so many characters, none of them halved. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}

/** A literal in a query: https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries */
export function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
