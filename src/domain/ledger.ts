import type { BookedFact, Booking, BookingLine } from './books.ts';
import type { NewEntry } from './entry.ts';
import { type Discount, type LineItem, lineCents, priceOf } from './pricing.ts';

/** What of a version a final invoice says. */
export type BookedContent = Discount & {
  readonly title: string;
  readonly line_items: readonly LineItem[];
  readonly total_cents: number;
};

type Split = { readonly depositCents: number; readonly incomeCents: number };

/** What is booked in one currency: what the customer could ask back, and what was earned. */
type Balance = { depositCents: number; incomeCents: number };

/**
 * What each entry of a proposal is booked as, by its key. All of them are read, in order, also those that are not to be booked:
 * what was held before decides where money goes. Pure.
 *
 * Money is a liability (`deposit`) until all is held of a version that is approved; then the whole total is earned (`income`).
 * Money with an anomaly earns nothing by itself, and is held like any other once staff accept it, or more comes. What goes back
 * is taken from the liability first.
 */
export function bookingsOf(
  current: BookedContent & { readonly currency: string; readonly version: number },
  entries: readonly NewEntry[],
): ReadonlyMap<string, Booking> {
  const { currency } = current;
  const anomalies = anomaliesOf(entries);
  const balances = new Map<string, Balance>();
  const returned = new Map<string, Split>();
  const bookings = new Map<string, Booking>();
  let { content, version } = firstVersion(current, entries);
  let approved: number | null = null;
  let isOver = false;

  const balanceIn = (of: string): Balance => {
    const known = balances.get(of) ?? { depositCents: 0, incomeCents: 0 };
    balances.set(of, known);
    return known;
  };

  /** The lines of money that comes in, and what they do to the balance: a deposit, unless it completes what was agreed. */
  const receive = (cents: number, of: string, reasons: readonly string[]): BookingLine[] => {
    const balance = balanceIn(of);
    const earnedCents = content.total_cents - balance.incomeCents;
    const isAgreed = approved === version && !isOver && of === currency && reasons.length === 0;
    const isComplete = balance.depositCents + cents >= earnedCents && earnedCents > 0;
    if (!isAgreed || !isComplete) {
      balance.depositCents += cents;
      return cents === 0 ? [] : [{ item: 'deposit', description: depositWords, amountCents: cents }];
    }
    const lines =
      balance.incomeCents === 0
        ? linesOf(content, currency)
        : [{ item: 'income' as const, description: content.title, amountCents: earnedCents }];
    const fromDeposit = cents - earnedCents; // below zero: what was paid before
    balance.depositCents += fromDeposit;
    balance.incomeCents += earnedCents;
    const words = fromDeposit < 0 ? paidBeforeWords : depositWords;
    const rest = { item: 'deposit' as const, description: words, amountCents: fromDeposit };
    return fromDeposit === 0 ? lines : [...lines, rest];
  };

  /** What is held may be all of it: then it is earned, though nothing comes in. */
  const earn = (book: (fact: 'earned', lines: readonly BookingLine[]) => void) => {
    if (balanceIn(currency).depositCents > 0) book('earned', receive(0, currency, []));
  };

  const giveBack = (id: string, cents: number, of: string): BookingLine[] => {
    const balance = balanceIn(of);
    const depositCents = of === currency ? Math.max(0, Math.min(cents, balance.depositCents)) : cents;
    const split = { depositCents, incomeCents: cents - depositCents };
    balance.depositCents -= split.depositCents;
    balance.incomeCents -= split.incomeCents;
    returned.set(id, split);
    return toLines(split, content.title);
  };

  const takeAgain = (id: string, of: string): BookingLine[] => {
    const split = returned.get(id) ?? { depositCents: 0, incomeCents: 0 };
    returned.delete(id);
    balanceIn(of).incomeCents += split.incomeCents;
    const income = toLines({ depositCents: 0, incomeCents: split.incomeCents }, content.title);
    return split.depositCents === 0 ? income : [...income, ...receive(split.depositCents, of, [])];
  };

  for (const entry of entries) {
    const book = (
      fact: BookedFact,
      lines: readonly BookingLine[],
      booked: Partial<Pick<Booking, 'method' | 'currency' | 'reasons'>> = {},
    ) => {
      if (lines.length === 0) return;
      const cents = lines.reduce((sum, { amountCents }) => sum + amountCents, 0);
      const { method = 'stripe', currency: of = currency, reasons = [] } = booked;
      bookings.set(entry.dedupeKey, { fact, lines, amountCents: cents, currency: of, method, reasons });
    };
    switch (entry.event) {
      case 'revised':
        content = entry.meta;
        version = entry.meta.version;
        isOver = false;
        break;
      case 'approve':
        approved = entry.meta.version;
        isOver = false;
        earn(book);
        break;
      case 'anomaly_accepted':
        earn(book);
        break;
      case 'declined':
      case 'void':
        isOver = true;
        break;
      case 'payment_success': {
        const { stripe_session_id: id, amount_cents: cents, currency: stated } = entry.meta;
        const of = stated ?? currency;
        const reasons = anomalies.get(id) ?? [];
        book('received', receive(cents, of, reasons), { currency: of, reasons });
        break;
      }
      case 'payment_recorded': {
        const { amount_cents: cents, currency: of, method } = entry.meta;
        book('received', receive(cents, of, []), { currency: of, method });
        break;
      }
      case 'payment_reversed': {
        const { payment_id: id, amount_cents: cents, currency: of, method } = entry.meta;
        book('returned', giveBack(id, cents, of), { currency: of, method });
        break;
      }
      case 'payment_refunded': {
        const { refund_id: id, amount_cents: cents, currency: of } = entry.meta;
        book('returned', giveBack(id, cents, of), { currency: of });
        break;
      }
      case 'refund_failed': {
        const { refund_id: id, currency: of } = entry.meta;
        book('restored', takeAgain(id, of), { currency: of });
        break;
      }
      case 'dispute_closed': {
        const { dispute_id: id, amount_cents: cents, currency: of, status } = entry.meta;
        const isLost = returned.has(id);
        if (status === 'lost' && !isLost) book('returned', giveBack(id, cents, of), { currency: of });
        if (status !== 'lost' && isLost) book('restored', takeAgain(id, of), { currency: of });
        break;
      }
      case 'lead_created':
      case 'sent':
      case 'links_revoked':
      case 'view':
      case 'checkout_created':
      case 'checkout_refused':
      case 'checkout_expired':
      case 'payment_requested':
      case 'payment_pending':
      case 'payment_failed':
      case 'payment_anomaly': // read before: it says what the money of its session may earn
      case 'refund_requested':
      case 'refund_refused':
      case 'dispute_opened':
      case 'customer_changed':
      case 'mail_bounced':
      case 'booked':
      case 'booking_blocked':
        break;
      default:
        entry satisfies never;
    }
  }
  return bookings;
}

/** As they read in the books. */
const [depositWords, paidBeforeWords] = ['Deposit', 'Less what was paid before'];

/** Why each session's money is not what was asked for. */
function anomaliesOf(entries: readonly NewEntry[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const entry of entries) {
    if (entry.event !== 'payment_anomaly') continue;
    const { stripe_session_id: id, reason } = entry.meta;
    found.set(id, [...(found.get(id) ?? []), reason]);
  }
  return found;
}

/** The first version: what the first change replaced, or the row's where there was none. */
function firstVersion(
  current: BookedContent & { readonly version: number },
  entries: readonly NewEntry[],
): { content: BookedContent; version: number } {
  for (const entry of entries) {
    if (entry.event === 'revised') return { content: entry.meta.replaced, version: entry.meta.version - 1 };
  }
  return { content: current, version: current.version };
}

/** The lines of a version, which add up to its total: prices, the discount on the whole, and taxes that come on top. */
function linesOf(content: BookedContent, currency: string): BookingLine[] {
  const { title, line_items: items, total_cents: totalCents } = content;
  const { discountCents, taxes } = priceOf(items, content, currency);
  const line = (description: string, amountCents: number): BookingLine[] =>
    amountCents === 0 ? [] : [{ item: 'income', description, amountCents }];
  const lines = [
    ...items.flatMap((item) => line(item.description, lineCents(item, currency))),
    ...line('Discount', -discountCents),
    ...taxes.flatMap(({ percent, inclusive, cents }) => (inclusive ? [] : line(`Tax ${percent}%`, cents))),
  ];
  // Rows of earlier releases may have been added up otherwise: what was agreed is the total.
  const sum = lines.reduce((total, { amountCents }) => total + amountCents, 0);
  return sum === totalCents ? lines : line(title, totalCents);
}

function toLines({ depositCents, incomeCents }: Split, title: string): BookingLine[] {
  const lines: BookingLine[] = [
    { item: 'deposit', description: depositWords, amountCents: depositCents },
    { item: 'income', description: title, amountCents: incomeCents },
  ];
  return lines.filter(({ amountCents }) => amountCents !== 0);
}
