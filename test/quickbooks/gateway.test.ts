import { afterEach, describe, expect, test, vi } from 'vitest';
import type { IntuitCompany } from '../../local/intuit/company.ts';
import { Intuit, type IntuitFault } from '../../local/intuit/intuit.ts';
import { BooksFailure } from '../../src/domain/accounting.ts';
import type { BookedObject, BookingOrder, BookingStep, BooksSettings } from '../../src/domain/books.ts';
import { toFailure } from '../../src/quickbooks/faults.ts';
import { displayName, quoted } from '../../src/quickbooks/names.ts';
import { playIntuit, quickBooks } from '../support/books.ts';

afterEach(() => void vi.useRealTimers());

/** A company with tokens, and what is needed to book. */
async function setUp(change: (company: IntuitCompany) => void = () => {}) {
  const intuit = playIntuit(new Intuit());
  const company = intuit.addCompany('PeakPro LLC');
  change(company);
  const gateway = quickBooks();
  const redirectUri = 'http://localhost:5173/quickbooks/callback';
  let { accessToken, refreshToken } = await gateway.exchange(intuit.consent(company.realmId, redirectUri));
  const access = {
    realmId: company.realmId,
    token: async () => accessToken,
    renewed: async () => {
      ({ accessToken, refreshToken } = await gateway.refresh(refreshToken));
      return accessToken;
    },
  };
  const make = async (part: Parameters<typeof gateway.make>[1]) => (await gateway.make(access, part)).id;
  const settings: BooksSettings = {
    mode: 'invoice',
    depositItemId: await make('deposit_item'),
    incomeItemId: await make('income_item'),
    clearingAccountId: await make('clearing_account'),
    otherAccountId: [...company.accounts.values()].find(({ Name }) => Name === 'Undeposited Funds')?.Id ?? '',
    taxCodeId: null,
  };
  let attempts = 0;
  /** Books a step; `mayExist` where an earlier attempt may have. */
  const book = (
    step: BookingStep,
    order: BookingOrder,
    made: object = {},
    mayExist = false,
    isInTime = () => true,
  ) => {
    attempts += 1;
    const requestKey = `attempt ${attempts}`;
    return gateway.book(access, {
      step,
      order,
      mode: 'invoice',
      settings,
      requestKey,
      mayExist,
      isInTime,
      made,
    });
  };
  /** All steps of an order. */
  const bookAll = async (order: BookingOrder, steps: readonly BookingStep[] = ['customer', 'document']) => {
    const made: { [S in BookingStep]?: BookedObject } = {};
    for (const step of steps) made[step] = await book(step, order, made);
    return made;
  };
  return { intuit, company, gateway, access, book, bookAll };
}

const order: BookingOrder = {
  fact: 'received',
  lines: [{ item: 'deposit', description: 'Deposit', amountCents: 472_500 }],
  amountCents: 472_500,
  currency: 'usd',
  method: 'stripe',
  reasons: [],
  key: 'http://localhost:5173 payment_success:cs_1',
  number: 'PD7-3',
  date: '2026-11-30',
  note: 'Kitchen',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
};

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason) => reason,
  );
  return error instanceof BooksFailure ? error.failure : error;
};

describe('an amount', () => {
  test.each([
    ['usd', 472_500, 4725],
    ['usd', 10, 0.1],
    ['usd', 1_999_999_999_99, 1_999_999_999.99],
    ['jpy', 472_500, 472_500],
    ['kwd', 472_500, 472.5],
  ])(
    'in %s of %d minor units is the decimal %d, without a rounding error',
    async (currency, cents, decimal) => {
      const { company, bookAll } = await setUp((one) => {
        one.currency = currency.toUpperCase();
      });
      const lines = [{ item: 'deposit' as const, description: 'Deposit', amountCents: cents }];
      await bookAll({ ...order, currency, lines, amountCents: cents });
      const [invoice] = company.forms.Invoice.values();
      expect(invoice?.Line.map(({ Amount }) => Amount)).toEqual([decimal]);
      expect(JSON.stringify(invoice?.Line)).toContain(`"Amount":${decimal}`);
    },
  );

  test('below zero is one: what was paid before is taken off the final invoice', async () => {
    const { company, bookAll } = await setUp();
    const lines = [
      { item: 'income' as const, description: 'Kitchen', amountCents: 1_575_000 },
      { item: 'deposit' as const, description: 'Less what was paid before', amountCents: -472_510 },
    ];
    const { document } = await bookAll({ ...order, lines, amountCents: 1_102_490 });
    const [invoice] = company.forms.Invoice.values();
    expect(invoice?.Line.map(({ Amount }) => Amount)).toEqual([15_750, -4725.1]);
    expect(document).toMatchObject({ type: 'Invoice', number: 'PD7-3', totalCents: 1_102_490 });
  });
});

describe('a form', () => {
  test('is not taxed by the company, names things by their id, and says whose it is', async () => {
    const { company, bookAll } = await setUp();
    await bookAll({ ...order, reasons: ['amount_mismatch', 'already_paid'] }, [
      'customer',
      'document',
      'payment',
    ]);
    const [invoice] = company.forms.Invoice.values();
    expect(invoice).toMatchObject({ TxnDate: '2026-11-30', DocNumber: 'PD7-3' });
    expect(invoice?.PrivateNote).toBe(
      'Kitchen Not what was asked for: amount mismatch, already paid. [http://localhost:5173 payment_success:cs_1]',
    );
    expect(invoice?.Line).toMatchObject([{ SalesItemLineDetail: { TaxCodeRef: { value: 'NON' } } }]);
    const [payment] = company.forms.Payment.values();
    expect(payment).toMatchObject({
      ...{ TotalAmt: 4725, PaymentRefNum: 'PD7-3' },
      Line: [{ Amount: 4725, LinkedTxn: [{ TxnId: invoice?.Id, TxnType: 'Invoice' }] }],
    });
  });

  test('brings no number where the company numbers by itself', async () => {
    const { company, bookAll } = await setUp((one) => {
      one.hasOwnNumbers = false;
    });
    const { document } = await bookAll(order);
    expect(document?.number).toMatch(/^1\d+$/);
    expect([...company.forms.Invoice.values()][0]?.DocNumber).toBe(document?.number);
  });

  test('of a refund takes money out of the account that it came to', async () => {
    const { company, bookAll } = await setUp();
    await bookAll({ ...order, fact: 'returned' });
    await bookAll({ ...order, fact: 'returned', method: 'cheque', key: 'another', number: 'PD7-4' });
    expect(Object.fromEntries(company.balances())).toMatchObject({
      ...{ 'Stripe clearing': -472_500, 'Undeposited Funds': -472_500, 'Customer deposits': 945_000 },
    });
  });

  test('with a note or a description of any length fits', async () => {
    const { company, bookAll } = await setUp();
    const long = '😀'.repeat(5_000);
    const lines = [{ item: 'deposit' as const, description: long, amountCents: 472_500 }];
    await bookAll({ ...order, lines, note: long });
    const [invoice] = company.forms.Invoice.values();
    expect(String(invoice?.PrivateNote).length).toBeLessThanOrEqual(4_000);
    expect(String(invoice?.PrivateNote)).toContain(`[${order.key}]`);
    const [line] = (invoice?.Line ?? []) as unknown as { Description: string }[];
    expect([line?.Description.length, line?.Description.isWellFormed()]).toEqual([4_000, true]);
  });
});

describe('what may have been booked before', () => {
  test.each(['on', 'off'] as const)('is found instead of made again, with the replay %s', async (replay) => {
    const { intuit, company, book } = await setUp();
    intuit.replay = replay;
    const customer = await book('customer', order);
    intuit.faults.push('reply_lost');
    // The first call of a step reads what the company prefers, which is known by now.
    expect(await failureOf(book('document', order, { customer }))).toEqual({ kind: 'unknown' });
    expect(company.forms.Invoice.size).toBe(1);
    const document = await book('document', order, { customer }, true);
    expect(document).toMatchObject({ id: [...company.forms.Invoice.keys()][0], totalCents: 472_500 });
    expect(company.forms.Invoice.size).toBe(1);
  });

  test('is found after somebody gave it another number', async () => {
    const { company, book } = await setUp();
    const customer = await book('customer', order);
    const { id } = await book('document', order, { customer });
    Object.assign(company.forms.Invoice.get(id) ?? {}, { DocNumber: 'R-1' });
    expect(await book('document', order, { customer }, true)).toMatchObject({ id, number: 'R-1' });
  });

  test("is ours, or a conflict: another's document under the number is never adopted", async () => {
    const { company, book } = await setUp();
    const customer = await book('customer', order);
    await book('document', { ...order, key: 'somebody else' }, { customer });
    const conflict = { kind: 'blocked', reason: 'conflict' };
    expect(await failureOf(book('document', order, { customer }))).toEqual(conflict);
    expect(await failureOf(book('document', order, { customer }, true))).toEqual({
      ...conflict,
      isLookedFor: true,
    });
    expect(company.forms.Invoice.size).toBe(1);
  });
});

describe('a customer', () => {
  test('is found by the address, and made where there is none', async () => {
    const { company, book } = await setUp();
    const first = await book('customer', order);
    const same = await book('customer', {
      ...order,
      customer: { name: 'A. Lovelace', email: 'ADA@example.com' },
    });
    expect(same).toEqual(first);
    expect(company.customers.size).toBe(1);
  });

  test('whose name is taken by a vendor or by another person gets the address behind it', async () => {
    const { company, book } = await setUp((one) => {
      one.otherNames.add('ada lovelace');
    });
    await book('customer', order);
    await book('customer', { ...order, customer: { name: 'Ada Lovelace', email: 'other@example.com' } });
    expect([...company.customers.values()].map(({ DisplayName }) => DisplayName)).toEqual([
      'Ada Lovelace (ada@example.com)',
      'Ada Lovelace (other@example.com)',
    ]);
  });

  test.each([
    ['Smith: Sons & "Co"\n\tLtd', 'Smith Sons & Co Ltd'],
    ["O'Brien", "O'Brien"],
    ['x'.repeat(600), 'x'.repeat(100)],
    ['', 'ada@example.com'],
    [' : ', 'ada@example.com'],
    ['Ünal 林', 'Ünal 林'],
  ])('called %j is made as %j, and found again', async (name, expected) => {
    const { company, book } = await setUp();
    const named = { ...order, customer: { name, email: 'ada@example.com' } };
    const { id } = await book('customer', named);
    expect(company.customers.get(id)?.DisplayName).toBe(expected);
    expect((await book('customer', named)).id).toBe(id);
  });

  test('of another currency is another one', async () => {
    const { company, book } = await setUp((one) => {
      one.hasOtherCurrencies = true;
    });
    await book('customer', order);
    await book('customer', { ...order, currency: 'eur' });
    expect([...company.customers.values()].map(({ CurrencyRef }) => CurrencyRef)).toEqual([
      { value: 'USD' },
      { value: 'EUR' },
    ]);
  });
});

test('a name that the company uses for something else is left alone: ours says whose it is', async () => {
  const { company, gateway, access } = await setUp((one) => {
    const sales = [...one.accounts.values()].find(({ Name }) => Name === 'Sales');
    one.create('Item', { Name: 'Deposit', Type: 'Service', IncomeAccountRef: { value: sales?.Id } });
    one.create('Account', { Name: 'Stripe clearing', AccountType: 'Expense' });
  });
  expect([...company.items.values()].map(({ Name }) => Name)).toContain('Deposit (portal)');
  const { depositItems, accounts } = await gateway.listChoices(access);
  expect(depositItems.map(({ name }) => name)).toEqual(['Deposit (portal)']);
  expect(accounts.map(({ name }) => name)).toContain('Stripe clearing (portal)');
});

test('money in a currency that the company does not take is blocked before anything is made', async () => {
  const { company, book } = await setUp();
  const blocked = { kind: 'blocked', reason: 'currency' };
  expect(await failureOf(book('customer', { ...order, currency: 'eur' }))).toEqual(blocked);
  expect(company.customers.size).toBe(0);
});

describe('an answer that is none', () => {
  test.each([
    ['error_before', { kind: 'unknown' }],
    ['error_after', { kind: 'unknown' }],
    ['reply_lost', { kind: 'unknown' }],
    ['xml', { kind: 'unknown' }],
    ['html', { kind: 'unknown' }],
    ['throttled', { kind: 'throttled' }],
  ] as const satisfies readonly (readonly [IntuitFault, object])[])(
    'as by %s is told apart',
    async (fault, kind) => {
      const { intuit, book } = await setUp();
      const customer = await book('customer', order);
      intuit.faults.push(fault);
      expect(await failureOf(book('document', order, { customer }))).toEqual(kind);
    },
  );

  test('of a call that hangs is given up on after 20 s', { timeout: 30_000 }, async () => {
    const { intuit, book } = await setUp();
    const customer = await book('customer', order);
    intuit.faults.push('hang');
    expect(await failureOf(book('document', order, { customer }))).toEqual({ kind: 'unknown' });
  });

  test.each([
    [401, '3200', { kind: 'blocked', reason: 'connection_lost' }],
    [403, '3100', { kind: 'blocked', reason: 'connection_lost' }],
    [429, '3001', { kind: 'throttled' }],
    [503, '3200', { kind: 'unknown' }],
  ] as const)(
    'with status %d and a fault in lower case, as from the gateway in front of the API, is told apart',
    (status, code, kind) => {
      expect(
        toFailure(status, { fault: { error: [{ message: '', code }], type: 'SERVICE' } }).failure,
      ).toEqual(kind);
    },
  );

  test('with status 401 and no fault means a refused token; any other without a fault may not be from Intuit', () => {
    expect(toFailure(401, null).failure).toEqual({ kind: 'blocked', reason: 'connection_lost' });
    expect(toFailure(403, null).failure).toEqual({ kind: 'unknown' });
  });

  test('does not come of a call that would begin too late, even after its token was renewed', async () => {
    const { intuit, book } = await setUp();
    const customer = await book('customer', order);
    intuit.faults.push('unauthorized');
    let asked = 0;
    const isInTime = () => {
      asked += 1;
      return asked === 1;
    };
    expect(await failureOf(book('document', order, { customer }, false, isInTime))).toEqual({
      kind: 'unknown',
    });
    expect(intuit.requests.get('POST invoice')).toBe(1);
  });

  test('to a token that is refused, renews it once, and then waits for somebody', async () => {
    const { intuit, company, book } = await setUp();
    intuit.faults.push('unauthorized');
    const customer = await book('customer', order);
    expect(company.customers.size).toBe(1);
    intuit.faults.push('unauthorized', 'unauthorized');
    expect(await failureOf(book('document', order, { customer }))).toEqual({
      ...{ kind: 'blocked', reason: 'connection_lost' },
    });
  });

  test('a code is good once, and a second exchange ends what the first one gave', async () => {
    const { intuit, company, gateway } = await setUp();
    const code = intuit.consent(company.realmId, 'http://localhost:5173/quickbooks/callback');
    const tokens = await gateway.exchange(code);
    expect(await failureOf(gateway.exchange(code))).toEqual({ kind: 'lost' });
    expect(await failureOf(gateway.refresh(tokens.refreshToken))).toEqual({ kind: 'lost' });
  });
});

test('a name and a literal of a query keep out what would break them', () => {
  expect(displayName('a\u0000b\u007fc', 'x')).toBe('a b c');
  expect(displayName(`${'x'.repeat(99)}😀`, 'x')).toBe('x'.repeat(99));
  expect(quoted("O'Brien \\' or 1=1")).toBe("'O\\'Brien \\\\\\' or 1=1'");
});
