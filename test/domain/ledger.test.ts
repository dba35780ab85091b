import { describe, expect, test } from 'vitest';
import type { CommandOf, ProposalCommand } from '../../src/domain/command.ts';
import { type BookedContent, bookingsOf } from '../../src/domain/ledger.ts';
import {
  approve,
  dispute,
  entriesOf,
  makeVoid,
  observe,
  pay,
  recordCheckout,
  refund,
  staff,
} from '../support/given.ts';

const content = {
  title: 'Kitchen',
  line_items: [
    { description: 'Cabinets', quantity: 2, unit_price_cents: 800_000 },
    { description: 'Sink', quantity: 1, unit_price_cents: 50_000 },
  ],
  discount_cents: 75_000,
  total_cents: 1_575_000,
  ...{ currency: 'usd', version: 2 },
} satisfies BookedContent & { currency: string; version: number };

/** What each entry that moves money is booked as: its fact, and `deposit:` or `income:` with cents. */
function booked(...commands: ProposalCommand[]) {
  const bookings = bookingsOf(content, entriesOf(commands));
  return [...bookings.values()].map(({ fact, lines, amountCents }) => [
    fact,
    amountCents,
    ...lines.map((line) => `${line.item}:${line.amountCents}`),
  ]);
}

const cheque = (amountCents: number, paymentId = 'p1', overpayment = false): CommandOf<'record_payment'> => ({
  kind: 'record_payment',
  proposalId: 7,
  actor: staff,
  ...{ paymentId, method: 'cheque', amountCents, receivedOn: '2026-11-23', reference: null, overpayment },
});
const returnCheque = (paymentId = 'p1'): CommandOf<'reverse_payment'> => ({
  kind: 'reverse_payment',
  proposalId: 7,
  actor: staff,
  ...{ paymentId, reason: 'It bounced.' },
});
/** Another version, for so much. */
const reviseTo = (totalCents: number, version: number): CommandOf<'revise'> => {
  const shared = {
    ...{ title: 'Kitchen', customerName: 'Ada', customerEmail: 'ada@example.com', currency: 'usd' },
    ...{ discount: {}, schedule: null, validUntil: null, terms: null },
  };
  const lineItems = [{ description: 'All', quantity: 1, unit_price_cents: totalCents }];
  const replaced = { ...shared, lineItems: content.line_items, totalCents: content.total_cents };
  return {
    ...{ kind: 'revise', proposalId: 7, actor: staff, version, replaced },
    content: { ...shared, lineItems, totalCents, contentHash: `hash ${totalCents}` },
  };
};
const approveVersion = (version: number) => ({ ...approve, version });
const deposit = [approve, recordCheckout(), pay()];

const lines = ['income:1600000', 'income:50000', 'income:-75000'];

describe('money that comes in', () => {
  test('is a deposit until all of it is held', () => {
    expect(booked(...deposit)).toEqual([['received', 472_500, 'deposit:472500']]);
    expect(booked(...deposit, cheque(100_000))).toEqual([
      ['received', 472_500, 'deposit:472500'],
      ['received', 100_000, 'deposit:100000'],
    ]);
  });

  test('earns the whole total with the payment that completes it: its lines, less what was paid before', () => {
    expect(booked(...deposit, cheque(1_102_500))).toEqual([
      ['received', 472_500, 'deposit:472500'],
      ['received', 1_102_500, ...lines, 'deposit:-472500'],
    ]);
  });

  test('of all at once is the final invoice alone', () => {
    expect(booked(approve, cheque(1_575_000))).toEqual([['received', 1_575_000, ...lines]]);
  });

  test('of more than all is earned as far as it was agreed, and owed back beyond that', () => {
    expect(booked(approve, cheque(1_600_000, 'p1', true))).toEqual([
      ['received', 1_600_000, ...lines, 'deposit:25000'],
    ]);
  });

  test('with an anomaly stays a deposit, whatever it comes to', () => {
    const odd = pay({ amountCents: 1_575_000 });
    const entries = entriesOf([approve, recordCheckout(), odd]);
    const [booking] = bookingsOf(content, entries).values();
    expect(booking).toMatchObject({
      lines: [{ item: 'deposit', amountCents: 1_575_000 }],
      reasons: ['amount_mismatch', 'already_paid'].filter((reason) =>
        entries.some((entry) => entry.event === 'payment_anomaly' && entry.meta.reason === reason),
      ),
    });
    expect(booking?.reasons).toContain('amount_mismatch');
  });

  test('with an anomaly is earned once staff accept it', () => {
    const odd = [approve, recordCheckout(), pay({ amountCents: 1_575_000 })];
    const accept = {
      kind: 'accept_anomaly',
      proposalId: 7,
      actor: staff,
      entryId: 3,
      note: 'Fine.',
    } as const;
    expect(booked(...odd, accept)).toEqual([
      ['received', 1_575_000, 'deposit:1575000'],
      ['earned', 0, ...lines, 'deposit:-1575000'],
    ]);
  });

  test('in another currency is a deposit in that currency, and completes nothing', () => {
    const entries = entriesOf([approve, recordCheckout(), pay({ amountCents: 1_575_000, currency: 'eur' })]);
    const [booking] = bookingsOf(content, entries).values();
    expect(booking).toMatchObject({ currency: 'eur', lines: [{ item: 'deposit', amountCents: 1_575_000 }] });
  });

  test('before anybody approved is a deposit; the approval earns it, with a document over nothing', () => {
    expect(booked(cheque(1_575_000), approve)).toEqual([
      ['received', 1_575_000, 'deposit:1575000'],
      ['earned', 0, ...lines, 'deposit:-1575000'],
    ]);
  });

  test('after all was earned and given back, and a new version approved, is a deposit again', () => {
    const before = [approve, cheque(1_575_000), returnCheque(), reviseTo(2_000_000, 2), approveVersion(3)];
    expect(booked(...before, cheque(100_000, 'p2'), cheque(1_900_000, 'p3')).slice(1)).toEqual([
      ['returned', 1_575_000, 'income:1575000'],
      ['received', 100_000, 'deposit:100000'],
      ['received', 1_900_000, 'income:2000000', 'deposit:-100000'],
    ]);
  });
});

describe('money that goes back', () => {
  const back = (amountCents: number, refundId = 're_1', status = 'succeeded') =>
    observe({ ...refund, refundId, amountCents, status });

  test('is taken from the deposit before all is earned, from the income after it', () => {
    expect(booked(...deposit, back(100_000)).at(-1)).toEqual(['returned', 100_000, 'deposit:100000']);
    expect(booked(...deposit, cheque(1_102_500), back(100_000)).at(-1)).toEqual([
      'returned',
      100_000,
      'income:100000',
    ]);
  });

  test('and is paid again is earned again', () => {
    const all = [...deposit, cheque(1_102_500), back(100_000)];
    expect(booked(...all, cheque(60_000, 'p2'), cheque(40_000, 'p3')).slice(-2)).toEqual([
      ['received', 60_000, 'deposit:60000'],
      ['received', 40_000, 'income:100000', 'deposit:-60000'],
    ]);
  });

  test('by a refund that fails comes again, where it was taken from', () => {
    expect(booked(...deposit, back(100_000), back(100_000, 're_1', 'failed')).slice(1)).toEqual([
      ['returned', 100_000, 'deposit:100000'],
      ['restored', 100_000, 'deposit:100000'],
    ]);
    const earned = [...deposit, cheque(1_102_500), back(100_000), back(100_000, 're_1', 'failed')];
    expect(booked(...earned).at(-1)).toEqual(['restored', 100_000, 'income:100000']);
  });

  test('and whose failure completes what is held earns all of it', () => {
    const story = [...deposit, back(472_500), cheque(1_102_500), back(472_500, 're_1', 'failed')];
    expect(booked(...story).at(-1)).toEqual(['restored', 472_500, ...lines, 'deposit:-1102500']);
  });

  test('by a dispute does so when it is lost, and comes again when it is won after that', () => {
    const closed = (status: string) => observe({ ...dispute, status });
    expect(booked(...deposit, closed('won'))).toHaveLength(1);
    expect(booked(...deposit, closed('lost'), closed('won')).slice(1)).toEqual([
      ['returned', 472_500, 'deposit:472500'],
      ['restored', 472_500, 'deposit:472500'],
    ]);
  });

  test('with a cheque leaves the account of cheques', () => {
    const entries = entriesOf([approve, cheque(100_000), returnCheque()]);
    const methods = [...bookingsOf(content, entries).values()].map(({ fact, method }) => [fact, method]);
    expect(methods).toEqual([
      ['received', 'cheque'],
      ['returned', 'cheque'],
    ]);
  });

  test('all of it, leaves nothing on either side', () => {
    const all = [...deposit, cheque(1_102_500), back(472_500), returnCheque(), makeVoid];
    const sums = { deposit: 0, income: 0 };
    for (const { fact, lines: of } of bookingsOf(content, entriesOf(all)).values())
      for (const { item, amountCents } of of) sums[item] += fact === 'returned' ? -amountCents : amountCents;
    expect(sums).toEqual({ deposit: 0, income: 0 });
  });
});

test('what comes on top of the prices has lines of its own, so the lines add up to the total', () => {
  const taxed = {
    ...{ title: 'Kitchen', currency: 'usd', version: 2, total_cents: 1_575_000 },
    discount_percent: 10,
    line_items: [{ description: 'Kitchen', quantity: 1, unit_price_cents: 1_458_333, tax_percent: 20 }],
  };
  const [booking] = bookingsOf(taxed, entriesOf([approve, cheque(1_575_000)])).values();
  expect(booking?.lines.map(({ description, amountCents }) => [description, amountCents])).toEqual([
    ['Kitchen', 1_458_333],
    ['Discount', -145_833],
    ['Tax 20%', 262_500],
  ]);
});

test('a row whose lines add up to something else is booked as what was agreed', () => {
  const odd = { ...content, line_items: [], discount_cents: 0 };
  const [booking] = bookingsOf(odd, entriesOf([approve, cheque(1_575_000)])).values();
  expect(booking?.lines).toEqual([{ item: 'income', description: 'Kitchen', amountCents: 1_575_000 }]);
});
