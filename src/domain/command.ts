import type { Actor, Customer, Staff, Via } from './actor.ts';
import type { CalendarDate } from './calendar.ts';
import type { ApprovalMethod, BounceReason, DeclineReason, UnstampedEvent } from './entry.ts';
import type { Observation } from './observation.ts';
import type { Discount, LineItem } from './pricing.ts';
import type { Checkout, OfflineMethod, Pay } from './proposal.ts';
import type { Part } from './terms.ts';

/** What an approval is of. */
export type Terms = {
  readonly title: string;
  readonly currency: string;
  readonly lineItems: readonly LineItem[];
  /** On the whole. */
  readonly discount: Discount;
  readonly totalCents: number;
  /** Null in rows of earlier releases. */
  readonly schedule: readonly Part[] | null;
  readonly validUntil: CalendarDate | null;
  readonly terms: string | null;
};

/** What the customer reads: the terms, and to whom they are offered. */
export type Content = Terms & { readonly customerName: string; readonly customerEmail: string };

/** What can be asked of a proposal. Every command can be sent again: what is recorded already is not recorded twice. */
export type ProposalCommand =
  | {
      readonly kind: 'send';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly expiresAt: Date;
      /** Whether the customer is to be mailed the link, where mail is on. */
      readonly mail?: boolean;
    }
  | {
      readonly kind: 'view';
      readonly proposalId: number;
      readonly actor: Customer;
      /** The version on the screen. */
      readonly version?: number;
    }
  | {
      readonly kind: 'approve';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly name: string;
      readonly version: number;
      readonly ip: string | null;
      /** How the customer agreed. */
      readonly onBehalf?: { readonly method: ApprovalMethod; readonly reference: string };
    }
  | {
      readonly kind: 'decline';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly reason: DeclineReason;
      /** The customer's words, in a row of their own that can be erased. */
      readonly comment: { readonly id: string; readonly text: string } | null;
    }
  | {
      readonly kind: 'request_payment';
      readonly proposalId: number;
      readonly actor: Staff;
      readonly key: string;
    }
  | {
      readonly kind: 'record_payment';
      readonly proposalId: number;
      readonly actor: Staff;
      readonly paymentId: string;
      readonly method: OfflineMethod;
      readonly amountCents: number;
      /** The one that the caller states, if any. */
      readonly currency?: string;
      readonly receivedOn: CalendarDate;
      readonly reference: string | null;
      /** Whether it may be more than what remains. */
      readonly overpayment: boolean;
    }
  | {
      readonly kind: 'reverse_payment';
      readonly proposalId: number;
      readonly actor: Staff;
      readonly paymentId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'request_refund';
      readonly proposalId: number;
      readonly actor: Staff;
      readonly refundRequestId: string;
      /** The payment's; null where there is only one to choose from. */
      readonly sessionId: string | null;
      /** Null: all that is left of it. */
      readonly amountCents: number | null;
      readonly reason: string;
    }
  /** Stripe will not make a refund that was asked for. */
  | {
      readonly kind: 'refuse_refund';
      readonly proposalId: number;
      readonly via: Via;
      readonly refundRequestId: string;
      readonly code: string;
    }
  | {
      readonly kind: 'accept_anomaly';
      readonly proposalId: number;
      readonly actor: Staff;
      readonly entryId: number;
      readonly note: string;
    }
  | {
      readonly kind: 'revise';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The version that the new content replaces. */
      readonly version: number;
      readonly content: Content & { readonly contentHash: string; readonly hashVersion?: number };
      readonly replaced: Content;
      /** The hash of the version whose terms these are, if they are: rows of earlier releases have hashes of another kind. */
      readonly sameTermsAs?: string;
    }
  | { readonly kind: 'void'; readonly proposalId: number; readonly actor: Actor }
  | { readonly kind: 'revoke_links'; readonly proposalId: number; readonly actor: Actor }
  | {
      readonly kind: 'record_checkout';
      readonly proposalId: number;
      readonly actor: Actor;
      /** The total that the caller stated, in minor units, if any. */
      readonly statedTotalCents: number | null;
      /** Missing where a Worker of the version before sent it: what is due. */
      readonly pay?: Pay;
      readonly checkout: Checkout;
    }
  /** Stripe would not make a session. */
  | {
      readonly kind: 'refuse_checkout';
      readonly proposalId: number;
      readonly actor: Actor;
      readonly version: number;
      readonly amountCents: number;
      readonly code: string;
    }
  /** A mail to the customer came back. */
  | {
      readonly kind: 'note_bounce';
      readonly proposalId: number;
      readonly via: 'mail';
      readonly mailId: string;
      readonly reason: BounceReason;
    }
  /** What became of a booking. */
  | {
      readonly kind: 'note_booking';
      readonly proposalId: number;
      readonly via: 'books';
      readonly event: Extract<UnstampedEvent, { readonly event: 'booked' | 'booking_blocked' }>;
    }
  /** Records what was observed at Stripe. `proposalId` is null where nothing says which proposal it is about. */
  | {
      readonly kind: 'settle';
      readonly proposalId: number | null;
      readonly observation: Observation;
      readonly via: Via;
      /** Whether Stripe's metadata says that it is another product's. It counts where the log does not know the session. */
      readonly isForeign?: boolean;
    };

export type CommandOf<K extends ProposalCommand['kind']> = Extract<ProposalCommand, { readonly kind: K }>;
