import type {
  BlockReason,
  BookedObject,
  BookingMode,
  BookingOrder,
  BookingStep,
  BooksSettings,
} from './books.ts';

/** What opens a company's books. A refresh gives other values, and ends those before. */
export type BooksTokens = {
  readonly accessToken: string;
  /** In milliseconds since 1970, as the others. */
  readonly accessUntil: number;
  readonly refreshToken: string;
  readonly refreshUntil: number;
  /** When the connection ends for good; null where the vendor does not say. */
  readonly endsAt: number | null;
};

/** How a call gets its token: the one that is stored, and where that is refused, another. */
export type BooksAccess = {
  readonly realmId: string;
  token(): Promise<string>;
  renewed(): Promise<string>;
};

export type Company = {
  readonly name: string;
  /** ISO 4217 in lower case, as ours. */
  readonly currency: string;
  readonly hasOtherCurrencies: boolean;
  /** Whether documents may bring a number of their own. */
  readonly hasOwnNumbers: boolean;
  /** Whether each line needs a tax code of the company's. */
  readonly needsTaxCode: boolean;
};

export type Choice = { readonly id: string; readonly name: string };

/** What a company has to choose from: items by the kind of their account, accounts that money can go to, tax codes. */
export type BooksChoices = {
  readonly depositItems: readonly Choice[];
  readonly incomeItems: readonly Choice[];
  readonly accounts: readonly Choice[];
  readonly taxCodes: readonly Choice[];
};

/** What is made on request, where a company lacks it. */
export const booksParts = ['deposit_item', 'income_item', 'clearing_account'] as const;

export type BooksPart = (typeof booksParts)[number];

/** What became of an object that was booked. The total is in units of its currency; what was deleted has none: 0. */
export type BooksChange = {
  readonly id: string;
  readonly type: string;
  readonly total: number;
  readonly isDeleted: boolean;
};

/** A step of a booking, with what the steps before it made. */
export type StepToBook = {
  readonly step: BookingStep;
  readonly order: BookingOrder;
  readonly mode: BookingMode;
  readonly settings: BooksSettings;
  /** Names this attempt: the same one again does nothing. */
  readonly requestKey: string;
  /** Whether an earlier attempt may have made it: then it is looked for first. */
  readonly mayExist: boolean;
  /** Whether it may still be made: asked right before. */
  readonly isInTime: () => boolean;
  readonly made: { readonly [S in BookingStep]?: BookedObject };
};

/** All that we need of a vendor for books, in the words of the log. Everything throws a `BooksFailure`. */
export type BooksGateway = {
  /** Throws `not_configured` where it lacks something. */
  check(): void;
  authorizeUrl(state: string): string;
  /** A code is good once. */
  exchange(code: string): Promise<BooksTokens>;
  refresh(refreshToken: string): Promise<BooksTokens>;
  revoke(refreshToken: string): Promise<void>;
  findCompany(access: BooksAccess): Promise<Company>;
  listChoices(access: BooksAccess): Promise<BooksChoices>;
  make(access: BooksAccess, part: BooksPart): Promise<Choice>;
  /** Finds what an earlier attempt made, or makes it: one object for each step, whatever is lost. */
  book(access: BooksAccess, step: StepToBook): Promise<BookedObject>;
  /** What was changed or deleted since, by anybody. */
  listChanges(access: BooksAccess, since: Date): Promise<readonly BooksChange[]>;
};

/** How a call to the books failed: what it takes to go on. */
export type BooksFailureKind =
  /** Not done, until somebody mends it. */
  | {
      readonly kind: 'blocked';
      readonly reason: BlockReason;
      /** What an earlier attempt may have made was looked for, and is not there. */
      readonly isLookedFor?: boolean;
      /** The document that the step before made is there no more. */
      readonly isGone?: boolean;
    }
  /** Not done: too many calls. */
  | { readonly kind: 'throttled' }
  /** The grant is over: nothing opens the books any more but a person who connects them again. */
  | { readonly kind: 'lost' }
  /** It may have been done. */
  | { readonly kind: 'unknown' };

export class BooksFailure extends Error {
  override readonly name = 'BooksFailure';
  readonly failure: BooksFailureKind;
  /** The vendor's code or status, for log lines. */
  readonly code: string;

  constructor(failure: BooksFailureKind, code: string, options?: ErrorOptions) {
    super(`The books failed: ${failure.kind} (${code}).`, options);
    this.failure = failure;
    this.code = code;
  }
}
