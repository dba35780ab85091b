import type { ActorKind } from './actor.ts';
import type { CalendarDate } from './calendar.ts';
import type { Channel } from './channel.ts';
import type { DepositPolicy, Part } from './terms.ts';

/** How far a proposal has come. How its money stands is another matter (`standing.ts`). */
export type Lifecycle = 'draft' | 'sent' | 'approved' | 'declined' | 'void';

/** What the API shows of both. */
export const proposalStatuses = [
  'draft',
  'sent',
  'approved',
  'deposit_paid',
  'paid',
  'declined',
  'void',
] as const;

export type ProposalStatus = (typeof proposalStatuses)[number];

/** What a checkout is asked for: what is due, or all that remains. */
export type Pay = 'due' | 'full';

/** A Checkout Session we made, and the terms it was made for. */
export type Checkout = {
  readonly sessionId: string;
  readonly url: string;
  readonly version: number;
  readonly depositCents: number;
  readonly totalCents: number;
  /** What is charged in it: what was due, or all that remained. */
  readonly amountCents: number;
  readonly currency: string;
  readonly expiresAt: Date;
  readonly devMode: boolean;
};

/** How a session stands once Stripe has said so. Only a paid one is money. */
export type SessionStatus = 'pending' | 'paid' | 'failed' | 'expired';

/** How money that did not come through Stripe came. */
export const offlineMethods = ['cash', 'cheque', 'bank_transfer', 'other'] as const;

export type OfflineMethod = (typeof offlineMethods)[number];

export type Payment = {
  /** The session's id, or ours where the money did not come through Stripe. */
  readonly paymentId: string;
  readonly method: 'stripe' | OfflineMethod;
  readonly paymentIntent: string | null;
  readonly amountCents: number;
  /** Null where Stripe did not say: then it is the proposal's. */
  readonly currency: string | null;
  readonly at: Date;
  /** Whether staff took its record back. */
  readonly isReversed: boolean;
};

/** A delayed payment that is being processed. */
export type PendingPayment = { readonly amountCents: number; readonly currency: string | null };

export type Refund = {
  readonly paymentId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly failed: boolean;
};

/** A refund that staff asked for here. Its amount is reserved until Stripe has made it, or will not. */
export type RefundRequest = {
  readonly paymentId: string;
  readonly paymentIntent: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly at: Date;
  readonly status: 'reserved' | 'made' | 'refused';
};

export type Dispute = {
  readonly paymentId: string;
  readonly amountCents: number;
  readonly currency: string;
  /** The statuses it was closed with: none while it is open, several after an appeal. */
  readonly closings: readonly string[];
};

/** What the proposal's row holds, which changes only with the version, and what its org has set. */
export type ProposalTerms = {
  readonly id: number;
  readonly orgId: number;
  readonly title: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly totalCents: number;
  /** Null in rows of earlier releases: `scheduleOf` says what they mean. */
  readonly schedule: readonly Part[] | null;
  /** The last day on which it can be approved, in the org's time zone. */
  readonly validUntil: CalendarDate | null;
  /** The org's, IANA. */
  readonly timeZone: string;
  /** The org's deposit, for rows without a schedule. */
  readonly defaultDeposit: DepositPolicy;
  /** Whether the org lets customers pay all at once. */
  readonly mayPayInFull: boolean;
  /** The org's channels that are on. */
  readonly channels: readonly Channel[];
  readonly version: number;
  readonly contentHash: string;
  /** The generation that a link must have to open the proposal. */
  readonly linkGeneration: number;
  /** The status in the row, a projection: an earlier release may have written another one than `statusNow` says. */
  readonly rowStatus: ProposalStatus;
  readonly createdAt: Date;
};

/** The state that rules decide on: the terms, and what the log says has happened. */
export type Proposal = ProposalTerms & {
  readonly lifecycle: Lifecycle;
  /** The place of the last entry; 0 before the first. */
  readonly seq: number;
  readonly lastEntryAt: Date | null;
  readonly sent: {
    readonly version: number;
    readonly linkGeneration: number;
    readonly at: Date;
    /** Whether the customer is mailed the link. */
    readonly isMailed: boolean;
    /** For Workers of the version before, whose tokens end then. */
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
  /** The deposit that a version was first sent or approved with. */
  readonly pinned: { readonly version: number; readonly depositCents: number } | null;
  /** When staff asked for a part of this version, by its key. */
  readonly requests: ReadonlyMap<string, Date>;
  readonly checkouts: readonly Checkout[];
  /** By session id. A session without a status is open, or its time is over and Stripe has not said so yet. */
  readonly sessionStatuses: ReadonlyMap<string, SessionStatus>;
  /** How many more sessions there were, that came to nothing long ago (`snapshot.ts`). */
  readonly forgottenSessions: number;
  /** By session id. */
  readonly pending: ReadonlyMap<string, PendingPayment>;
  readonly payments: readonly Payment[];
  readonly refunds: ReadonlyMap<string, Refund>;
  readonly disputes: ReadonlyMap<string, Dispute>;
  /** By our own id. */
  readonly refundRequests: ReadonlyMap<string, RefundRequest>;
  /** The ids of anomalies' entries that staff accepted. */
  readonly acceptedAnomalies: ReadonlySet<number>;
  /** The ids of mails that came back or were complained about. */
  readonly bouncedMails: ReadonlySet<string>;
  /** When Stripe last refused a session of this version, and why. */
  readonly checkoutRefusal: { readonly version: number; readonly code: string; readonly at: Date } | null;
  /** Whether all of it was ever held: that happens once. */
  readonly wasComplete: boolean;
};

/** A proposal before its first entry. */
export function initialProposal(terms: ProposalTerms): Proposal {
  return {
    ...terms,
    lifecycle: 'draft',
    seq: 0,
    lastEntryAt: null,
    sent: null,
    revokedTo: null,
    viewedAt: null,
    approval: null,
    pinned: null,
    requests: new Map(),
    checkouts: [],
    sessionStatuses: new Map(),
    forgottenSessions: 0,
    pending: new Map(),
    payments: [],
    refunds: new Map(),
    disputes: new Map(),
    refundRequests: new Map(),
    acceptedAnomalies: new Set(),
    bouncedMails: new Set(),
    checkoutRefusal: null,
    wasComplete: false,
  };
}

/** The approval of the version as it is now, if there is one. */
export function approvalOf({ approval, version }: Proposal): Proposal['approval'] {
  return approval?.version === version ? approval : null;
}

export function hasPendingPayment({ pending }: Proposal): boolean {
  return pending.size > 0;
}

/** The sum of amounts, in minor units. */
export function sumCents(rows: readonly { readonly amountCents: number }[]): number {
  return rows.reduce((total, { amountCents }) => total + amountCents, 0);
}
