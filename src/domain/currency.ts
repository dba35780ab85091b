/**
 * How Stripe counts money: in whole numbers of a currency's smallest unit. Source of every rule here:
 * https://docs.stripe.com/currencies (zero-decimal, three-decimal, special cases, minimum and maximum charge amounts).
 */

const zeroDecimal = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));

const threeDecimal = new Set('bhd jod kwd omr tnd'.split(' '));

/** They have lost their decimals, but for backward compatibility Stripe still counts hundredths, always 00. */
const hundredfold = new Set(['isk', 'ugx']);

/** The smallest charge, in minor units, for the currencies where Stripe publishes one. */
const minimumCharge: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1_500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1_000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1_000,
  usd: 50,
};

/** The largest charge, in minor units: eight digits, unless Stripe takes more in a currency. */
export const maximumCharge = 99_999_999;

const maximumChargeIn: Readonly<Record<string, number>> = { idr: 999_999_999_999 };

/** The largest total, in minor units: twelve digits. Not all of it need be charged at once. */
export const maximumTotal = 999_999_999_999;

/** The currencies whose units are not hundreds of minor units, in lower case. */
export const unusualUnits = { 1: [...zeroDecimal], 1000: [...threeDecimal] } as const;

/** Minor units in one unit of the currency: 100 cents in a dollar, 1 in a yen. `currency` is in lower case. */
export function minorUnits(currency: string): number {
  if (zeroDecimal.has(currency)) return 1;
  return threeDecimal.has(currency) ? 1_000 : 100;
}

/** Chargeable amounts are multiples of this many minor units. */
export function chargeStep(currency: string): number {
  if (hundredfold.has(currency)) return 100;
  return threeDecimal.has(currency) ? 10 : 1;
}

/** How many decimals a price is written with; none where they would always be 0. */
export function priceDecimals(currency: string): number {
  return String(minorUnits(currency) / (hundredfold.has(currency) ? 100 : 1)).length - 1;
}

/** How a price is written. We set the decimals: where `Intl` has none for a currency, Stripe may charge hundredths. */
export function priceFormat(currency: string): Intl.NumberFormatOptions {
  const decimals = priceDecimals(currency);
  return { style: 'currency', currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

/** The smallest amount that can be charged, in minor units. */
export function minimumChargeOf(currency: string): number {
  return minimumCharge[currency] ?? chargeStep(currency);
}

/** Why Stripe would not charge this amount, in minor units; null if it would. */
export function whyNotChargeable(amount: number, currency: string): string | null {
  return whyOutside(amount, maximumChargeOf(currency), currency);
}

/** Why an amount, in minor units, cannot be a total; null if it can. */
export function whyNoTotal(amount: number, currency: string): string | null {
  return whyOutside(amount, maximumTotal, currency);
}

/** The largest amount that can be charged at once, in minor units. */
export function maximumChargeOf(currency: string): number {
  return maximumChargeIn[currency] ?? maximumCharge;
}

function whyOutside(amount: number, most: number, currency: string): string | null {
  const [least, step] = [minimumChargeOf(currency), chargeStep(currency)];
  if (amount >= least && amount <= most && amount % step === 0) return null;
  const multiple = step > 1 ? `, a multiple of ${step}` : '';
  return `Must be from ${least} to ${most} minor units of ${currency.toUpperCase()}${multiple}.`;
}

/** A decimal number of units (`15750.00`) in minor units; null if that is not a whole number. */
export function toMinorUnits(decimal: string, currency: string): number | null {
  const [units = '', fraction = ''] = decimal.split('.');
  const decimals = String(minorUnits(currency)).length - 1;
  if (/[^0]/.test(fraction.slice(decimals))) return null;
  // By its digits: 0.1 + 0.2 has no place in money.
  return Number(units + fraction.slice(0, decimals).padEnd(decimals, '0'));
}
