/**
 * The locale that numbers, money and dates are written and read in: the page's language, as its reader writes it. An English
 * sentence holds no number in another language's notation.
 */
export const locale = navigator.languages.find((tag) => /^en(-|$)/i.test(tag)) ?? 'en-US';
