import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chargeStep,
  maximumCharge,
  minimumChargeOf,
  minorUnits,
  priceDecimals,
  toMinorUnits,
  whyNotChargeable,
} from '../../src/domain/currency.ts';
import { depositCents } from '../../src/domain/deposit.ts';
import { call } from '../support/api.ts';
import { stripeAccount } from '../support/stripe-account.ts';
import { createOrg } from '../support/world.ts';

// The expected values are Stripe's: https://docs.stripe.com/currencies.

test.each([
  ['usd', 2],
  ['huf', 2], // two-decimal for charges, though `Intl` writes none
  ['jpy', 0],
  ['isk', 0], // counted in hundredths that are always 0
  ['ugx', 0],
  ['kwd', 3],
])('a price in %s is written with %i decimals', (currency, decimals) => {
  expect(priceDecimals(currency)).toBe(decimals);
});

test.each([
  ['usd', '15750', 1_575_000],
  ['usd', '0.29', 29],
  ['jpy', '500', 500], // zero-decimal
  ['isk', '5', 500], // "to charge 5 ISK, provide an amount value of 500"
  ['ugx', '5', 500],
  ['kwd', '5.12', 5_120], // three-decimal
  ['jpy', '500.5', null],
  ['usd', '5.124', null],
])('in %s, %s is %s minor units', (currency, decimal, expected) => {
  expect(toMinorUnits(decimal, currency)).toBe(expected);
});

test.each([
  ['usd', 50, 49],
  ['gbp', 30, 29],
  ['jpy', 50, 49],
  ['isk', 500, 550],
  ['ugx', 100, 101],
  ['kwd', 5_120, 5_124],
  ['usd', 99_999_999, 100_000_000],
])('in %s, Stripe charges %i and not %i', (currency, yes, no) => {
  expect(whyNotChargeable(yes, currency)).toBeNull();
  expect(whyNotChargeable(no, currency)).toMatch(/^Must be from/);
});

describe('the deposit', () => {
  test.each([
    ['jpy', 100_000, 30, 30_000],
    ['jpy', 101, 30, 50], // Stripe's minimum
    ['isk', 100_100, 30, 30_000], // 300.30 kronur, which has none: 300
    ['isk', 100_500, 30, 30_200], // 301.50: half up
    ['kwd', 10_010, 33, 3_300], // 3.3033 dinars
    ['gbp', 1_000, 5, 100], // at least a pound
    ['czk', 10_000, 10, 1_500], // Stripe's minimum, 15 koruny
  ])('in %s on %i at %i %% is %i', (currency, total, percent, expected) => {
    expect(depositCents(total, percent, currency)).toBe(expected);
  });

  test('can be charged wherever the total can, and is never more', () => {
    const currencies = fc.constantFrom('usd', 'gbp', 'jpy', 'isk', 'ugx', 'kwd', 'huf', 'czk', 'xyz');
    fc.assert(
      fc.property(
        currencies,
        fc.nat(maximumCharge),
        fc.integer({ min: 1, max: 100 }),
        (currency, any, percent) => {
          const step = chargeStep(currency);
          const total = Math.max(Math.floor(any / step) * step, minimumChargeOf(currency));
          const deposit = depositCents(total, percent, currency);
          expect(whyNotChargeable(deposit, currency)).toBeNull();
          expect(deposit).toBeLessThanOrEqual(total);
          const exact = (total * percent) / 100;
          const floor = Math.max(minorUnits(currency), minimumChargeOf(currency));
          if (exact >= floor && deposit < total)
            expect(Math.abs(deposit - exact)).toBeLessThanOrEqual(step / 2);
        },
      ),
    );
  });
});

describe('an org with another currency', () => {
  async function propose(currency: string, unit_price_cents: number) {
    const { token } = await createOrg({ currency });
    const json = {
      ...{ title: 'Kitchen', customer_name: 'Ada', customer_email: 'ada@example.com' },
      line_items: [{ description: 'Kitchen', quantity: 1, unit_price_cents }],
    };
    const made = await call('POST /proposals', { token, json });
    if (made.status === 201) {
      await call(`POST /proposals/${made.json.id}/approve`, { token, json: { name: 'Ada', version: 1 } });
    }
    return { token, made };
  }

  test.each([
    ['jpy', 50_000, '50000', 15_000],
    ['isk', 5_000_000, '50000', 1_500_000],
    ['kwd', 500_000, '500', 150_000],
  ])(
    'in %s, a total of %i minor units is %s units, its deposit what Stripe is asked for',
    async (currency, total, units, deposit) => {
      const { token, made } = await propose(currency, total);
      expect(made.json).toMatchObject({ currency, total_cents: total });
      const stripe = stripeAccount();
      const checkout = await stripe.checkout({ proposal_id: made.json.id, amount_dollars: units }, token);
      expect(checkout.json).toMatchObject({ total_cents: total, deposit_cents: deposit });
      expect(await stripe.session(checkout.json.session_id)).toMatchObject({
        amount_total: deposit,
        currency,
      });
    },
  );

  test.each([
    ['jpy', 49],
    ['isk', 5_050],
    ['kwd', 5_124],
  ])(
    'in %s, a total of %i minor units is refused, since Stripe could not charge it',
    async (currency, total) => {
      const { made } = await propose(currency, total);
      expect(made).toMatchObject({ status: 400, json: { code: 'invalid_amount' } });
    },
  );
});
