import type { CalendarDate } from './calendar.ts';
import type { Payment } from './proposal.ts';

/**
 * What the books learn of an entry: money came in; it went back, by a refund, a lost dispute or a cheque that was taken back;
 * what had gone back came again; or what was held was earned, though none moved.
 */
export const bookedFacts = ['received', 'returned', 'restored', 'earned'] as const;

export type BookedFact = (typeof bookedFacts)[number];

/** A line of what is booked, in minor units. `deposit`: owed to the customer until it is earned. */
export type BookingLine = {
  readonly item: 'deposit' | 'income';
  readonly description: string;
  readonly amountCents: number;
};

/** What an entry is booked as. Lines add up to the money that moved, which is 0 where it was only earned. */
export type Booking = {
  readonly fact: BookedFact;
  readonly lines: readonly BookingLine[];
  readonly amountCents: number;
  readonly currency: string;
  readonly method: Payment['method'];
  /** Why the money is not what was asked for. */
  readonly reasons: readonly string[];
};

/** A booking with what names it, as the books keep it. Each attempt has the same. */
export type BookingOrder = Booking & {
  /** Unique in the world: what was booked under it before is found by it. */
  readonly key: string;
  /** At most 21 characters. */
  readonly number: string;
  readonly date: CalendarDate;
  /** For people: whose payment it is. */
  readonly note: string;
  readonly customer: { readonly name: string; readonly email: string };
};

/** How an org books: an invoice and its payment for each payment, or a sales receipt. */
export const bookingModes = ['invoice', 'receipt'] as const;

export type BookingMode = (typeof bookingModes)[number];

/** What an admin chose among what the company has, by its ids over there. */
export type BooksSettings = {
  readonly mode: BookingMode;
  readonly depositItemId: string;
  readonly incomeItemId: string;
  /** Where Stripe's money waits for its payout. */
  readonly clearingAccountId: string;
  /** Where cash, cheques and transfers go. */
  readonly otherAccountId: string;
  readonly taxCodeId: string | null;
};

/** The steps of a booking, each of which makes one object. */
export const bookingSteps = ['customer', 'document', 'payment'] as const;

export type BookingStep = (typeof bookingSteps)[number];

/** What one step made. */
export type BookedObject = {
  readonly id: string;
  /** Its type over there: `Invoice`. */
  readonly type: string;
  readonly number: string | null;
  /** What it comes to over there, in minor units; null for what has no sum. */
  readonly totalCents: number | null;
};

/** Why a booking waits for somebody. Everything else is tried again by itself. */
export const blockReasons = [
  'books_closed',
  'subscription_ended',
  'conflict',
  'inactive',
  'currency',
  'refused',
  'connection_lost',
  'not_connected',
] as const;

export type BlockReason = (typeof blockReasons)[number];

/** What is tried again the sooner, the fewer attempts there were; a person may have mended it by then. */
export const bookingRetriesMs = [3, 10, 30, 60, 180, 360].map((minutes) => minutes * 60_000);
