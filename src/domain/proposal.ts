import type { ActorKind } from './actor.ts';

export const proposalStatuses = ['draft', 'sent', 'approved', 'deposit_paid', 'void'] as const;

export type ProposalStatus = (typeof proposalStatuses)[number];

/** A Checkout Session we made, and the terms it was made for. */
export type Checkout = {
  readonly sessionId: string;
  readonly url: string;
  readonly version: number;
  readonly depositCents: number;
  readonly totalCents: number;
  readonly currency: string;
  readonly expiresAt: Date;
  readonly devMode: boolean;
};

/** How a session stands once Stripe has said so. Only a paid one is money. */
export type SessionStatus = 'pending' | 'paid' | 'failed' | 'expired';

export type Payment = {
  readonly sessionId: string;
  readonly paymentIntent: string | null;
  readonly amountCents: number;
  /** Null where Stripe did not say: then it is the proposal's. */
  readonly currency: string | null;
  readonly at: Date;
};

export type Refund = { readonly amountCents: number; readonly currency: string; readonly failed: boolean };

export type Dispute = {
  readonly amountCents: number;
  /** The statuses it was closed with: none while it is open, several after an appeal. */
  readonly closings: readonly string[];
};

/** What the proposal's row holds. It changes only with the version. */
export type ProposalTerms = {
  readonly id: number;
  readonly orgId: number;
  readonly title: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly totalCents: number;
  readonly depositPercent: number;
  readonly version: number;
  readonly contentHash: string;
  /** The generation that a link must have to open the proposal. */
  readonly linkGeneration: number;
  readonly createdAt: Date;
};

/** The state that rules decide on: the terms, and what the log says has happened. */
export type Proposal = ProposalTerms & {
  readonly status: ProposalStatus;
  /** The place of the last entry; 0 before the first. */
  readonly seq: number;
  readonly sent: {
    readonly version: number;
    readonly linkGeneration: number;
    readonly at: Date;
    readonly expiresAt: Date;
  } | null;
  /** The generation of links that the last revocation began. */
  readonly revokedTo: number | null;
  readonly viewedAt: Date | null;
  readonly approval: {
    readonly version: number;
    readonly name: string;
    readonly actor: ActorKind;
    readonly userId: number | undefined;
    readonly at: Date;
  } | null;
  readonly checkouts: readonly Checkout[];
  /** By session id. A session without a status is open, or its time is over and Stripe has not said so yet. */
  readonly sessionStatuses: ReadonlyMap<string, SessionStatus>;
  /** How many more sessions there were, that came to nothing long ago (`snapshot.ts`). */
  readonly forgottenSessions: number;
  readonly payments: readonly Payment[];
  readonly refunds: ReadonlyMap<string, Refund>;
  readonly disputes: ReadonlyMap<string, Dispute>;
};

/** A proposal before its first entry. */
export function initialProposal(terms: ProposalTerms): Proposal {
  return {
    ...terms,
    status: 'draft',
    seq: 0,
    sent: null,
    revokedTo: null,
    viewedAt: null,
    approval: null,
    checkouts: [],
    sessionStatuses: new Map(),
    forgottenSessions: 0,
    payments: [],
    refunds: new Map(),
    disputes: new Map(),
  };
}

export function hasPendingPayment({ sessionStatuses }: Proposal): boolean {
  return [...sessionStatuses.values()].includes('pending');
}

/** What we still hold of the payments, in minor units: less refunds that did not fail, less lost disputes. */
export function heldCents({ payments, refunds, disputes }: Proposal): number {
  const refunded = [...refunds.values()].filter(({ failed }) => !failed);
  const lost = [...disputes.values()].filter(({ closings }) => closings.at(-1) === 'lost');
  return sumCents(payments) - sumCents(refunded) - sumCents(lost);
}

/** The sum of amounts, in minor units. */
export function sumCents(rows: readonly { readonly amountCents: number }[]): number {
  return rows.reduce((total, { amountCents }) => total + amountCents, 0);
}
