/**
 * The locale that numbers, money and dates are written and read in: the page's language, as its reader writes it. A sentence
 * in English with a number in another language's notation is one that nobody writes.
 */
export const locale = navigator.languages.find((tag) => /^en(-|$)/i.test(tag)) ?? 'en-US';
