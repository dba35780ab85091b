import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalKind, moneyKind, type NumberReading } from '../../portal/src/reading/amount.ts';
import { minorUnits, priceFormat } from '../../src/domain/currency.ts';

const locales = ['en-US', 'en-GB', 'de-DE', 'de-CH', 'fr-FR', 'pt-BR', 'ja-JP', 'ar-EG', 'hi-IN'] as const;
/** Those in which money and numbers are written with different marks, or groups begin late. */
const mixed = [
  'en-DE',
  'en-NL',
  'en-ES',
  'en-FI',
  'en-FR',
  'en-CH',
  'en-IN',
  'en-ZA',
  'es-ES',
  'de-AT',
  'pl-PL',
] as const;

const limits = { least: -999_999_999_999, most: 999_999_999_999 };

const money = (text: string, currency: string, locale: string) =>
  moneyKind(currency, limits, locale).read(text);
const quantity = (text: string, locale = 'en-US') =>
  decimalKind(3, { least: 0.001, most: 1_000_000 }, locale).read(text);

describe('what is typed is saved exactly, or refused', () => {
  test.each<[text: string, locale: string, read: NumberReading]>([
    ['2.5', 'en-US', { value: 2.5 }],
    ['2,5', 'en-US', { value: 2.5 }],
    ['2,5', 'de-DE', { value: 2.5 }],
    ['1,250', 'en-US', { value: 1_250 }],
    ['1.250', 'de-DE', { value: 1_250 }],
    ['1.250', 'en-US', { value: 1.25 }],
    ['1,250', 'de-DE', { value: 1.25 }],
    ['0,125', 'en-US', { value: 0.125 }],
    ['.5', 'en-US', { value: 0.5 }],
    ['١٢٫٥', 'ar-EG', { value: 12.5 }],
    ['१२.५', 'hi-IN', { value: 12.5 }],
    ['１２．５', 'ja-JP', { value: 12.5 }],
    ['\u200F12\u200E', 'en-US', { value: 12 }],
    ['1,250', 'de-CH', { wrong: 'invalid_format' }], // groups or decimals: neither is said
    ['1e3', 'en-US', { wrong: 'invalid_format' }],
    ['-3', 'en-US', { wrong: 'too_small' }],
    ['1500000', 'en-US', { wrong: 'too_large' }],
    ['', 'en-US', { wrong: 'required' }],
    ['   ', 'en-US', { wrong: 'required' }],
    ['2.', 'en-US', { wrong: 'invalid_format' }],
    ['1/2', 'en-US', { wrong: 'invalid_format' }],
    ['2.0001', 'en-US', { wrong: 'too_many_decimals' }],
    ['2.5000', 'en-US', { value: 2.5 }],
    ['0', 'en-US', { wrong: 'too_small' }],
    ['two', 'en-US', { wrong: 'invalid_format' }],
    ['--3', 'en-US', { wrong: 'invalid_format' }],
    ['3-', 'en-US', { wrong: 'invalid_format' }],
  ])('quantity %j in %s', (text, locale, read) => {
    expect(quantity(text, locale)).toEqual(read);
  });

  test.each<[text: string, currency: string, locale: string, read: NumberReading]>([
    ['0.29', 'usd', 'en-US', { value: 29 }], // 0.29 * 100 is 28.999…
    ['4725.45', 'huf', 'en-US', { value: 472_545 }],
    ['5', 'isk', 'en-US', { value: 500 }],
    ['5O', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1500000', 'usd', 'en-US', { value: 150_000_000 }],
    ['99.5', 'jpy', 'ja-JP', { wrong: 'too_many_decimals' }],
    ['99.0', 'jpy', 'ja-JP', { value: 99 }],
    ['1250,50', 'usd', 'en-US', { value: 125_050 }],
    ['1250.50', 'eur', 'de-DE', { value: 125_050 }],
    ['1250.5', 'eur', 'de-DE', { value: 125_050 }],
    ['1.250,50', 'usd', 'en-US', { value: 125_050 }],
    ['1,250.50', 'eur', 'de-DE', { value: 125_050 }],
    ['1’250.50', 'chf', 'de-CH', { value: 125_050 }],
    ["1'250.50", 'chf', 'de-CH', { value: 125_050 }],
    ['CHF 1’250.50', 'chf', 'de-CH', { value: 125_050 }],
    ['1 250,50', 'eur', 'fr-FR', { value: 125_050 }],
    ['1\u202F250,50 €', 'eur', 'fr-FR', { value: 125_050 }],
    ['R$ 1.250,50', 'brl', 'pt-BR', { value: 125_050 }],
    ['$1,250.50', 'usd', 'en-US', { value: 125_050 }],
    ['1,250.50 USD', 'usd', 'en-GB', { value: 125_050 }],
    ['-$50', 'usd', 'en-US', { value: -5_000 }],
    ['−50', 'usd', 'en-US', { value: -5_000 }],
    ['$-50', 'usd', 'en-US', { value: -5_000 }],
    ['0.5', 'usd', 'en-US', { value: 50 }],
    ['-0', 'usd', 'en-US', { value: 0 }],
    ['1,00,000.50', 'inr', 'hi-IN', { value: 10_000_050 }],
    ['1,00,000.50', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['12,34', 'usd', 'en-US', { value: 1_234 }],
    ['1,2500', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['10,0000', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1.2500', 'usd', 'en-US', { value: 125 }],
    ['1.2345', 'usd', 'en-US', { wrong: 'too_many_decimals' }],
    ['-', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['$-', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['10²', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['½', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1,000', 'kwd', 'en-DE', { value: 1_000_000 }],
    ['1.000', 'kwd', 'en-DE', { value: 1_000 }],
    ['1,250,50', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1.25.0', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1.250', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['1.250', 'eur', 'de-DE', { value: 125_000 }],
    ['1.250', 'kwd', 'en-US', { value: 1_250 }],
    ['012,345', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['€5', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['5 5', 'usd', 'en-US', { wrong: 'invalid_format' }],
    ['٬٬٬', 'usd', 'ar-EG', { wrong: 'invalid_format' }],
    ['9999999999999999', 'usd', 'en-US', { wrong: 'too_large' }],
  ])('%j of %s in %s', (text, currency, locale, read) => {
    expect(money(text, currency, locale)).toEqual(read);
  });

  test.each([...locales, ...mixed])(
    'an amount that is written in %s is read again, to the cent',
    (locale) => {
      const currency = fc.constantFrom(
        'usd',
        'eur',
        'gbp',
        'chf',
        'brl',
        'jpy',
        'egp',
        'inr',
        'kwd',
        'isk',
        'zar',
      );
      fc.assert(
        fc.property(currency, fc.integer({ min: -99_999_999, max: 99_999_999 }), (of, units) => {
          const cents = of === 'isk' ? units * 100 : units;
          expect(money(moneyKind(of, limits, locale).write(cents), of, locale)).toEqual({ value: cents });
          const text = new Intl.NumberFormat(locale, priceFormat(of))
            .formatToParts(cents / minorUnits(of))
            .filter(({ type }) => type !== 'currency')
            .map(({ value }) => value)
            .join('');
          expect(money(text, of, locale)).toEqual({ value: cents }); // without its sign
        }),
      );
    },
  );

  test.each([...locales, ...mixed])('a quantity that is written in %s is read again', (locale) => {
    const kind = decimalKind(3, { least: 0.001, most: 1_000_000 }, locale);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (thousandths) => {
        const value = thousandths / 1_000;
        expect(kind.read(kind.write(value))).toEqual({ value });
      }),
    );
  });

  test('a percentage may have its sign', () => {
    const percent = decimalKind(2, { least: 0.01, most: 100 }, 'en-US', '%');
    expect(percent.read('12.5 %')).toEqual({ value: 12.5 });
    expect(percent.read('12.5%%')).toEqual({ wrong: 'invalid_format' });
  });
});
