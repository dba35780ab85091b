// How an org looks to its customers: on the page, on paper and in mails. No part of what is agreed.

/** English, as all our words are; what differs is how dates and money are written. */
export const locales = [
  'en-US',
  'en-GB',
  'en-AU',
  'en-CA',
  'en-IE',
  'en-IN',
  'en-NZ',
  'en-SG',
  'en-ZA',
] as const;
export type Locale = (typeof locales)[number];

export const paperSizes = ['a4', 'letter'] as const;
export type PaperSize = (typeof paperSizes)[number];

/** The most bytes of a logo. */
export const mostLogoBytes = 200 * 1024;

/** What text needs beside what it stands on: WCAG 2.2, 1.4.3. */
const leastContrast = 4.5;

/** Whether a colour, as `#0f5c5c`, can be read on white, and white on it. */
export function isReadable(colour: string): boolean {
  return contrastWithWhite(colour) >= leastContrast;
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrastWithWhite(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}
