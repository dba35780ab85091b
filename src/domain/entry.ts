import type { ActorKind, Author } from './actor.ts';
import type { BlockReason, BookedFact } from './books.ts';
import type { CalendarDate } from './calendar.ts';
import type { Discount, LineItem } from './pricing.ts';
import type { OfflineMethod } from './proposal.ts';
import type { Part } from './terms.ts';

export const anomalyReasons = [
  'amount_mismatch',
  'currency_mismatch',
  'already_paid',
  'proposal_void',
  'proposal_declined',
  'version_mismatch',
] as const;

export type AnomalyReason = (typeof anomalyReasons)[number];

/** Why an address takes no mail: it does not exist, or its owner complained. */
export const bounceReasons = ['bounced', 'complained'] as const;

export type BounceReason = (typeof bounceReasons)[number];

export const declineReasons = ['price', 'timing', 'scope', 'other_supplier', 'other'] as const;

export type DeclineReason = (typeof declineReasons)[number];

/** How a customer agreed, where staff approve for them. */
export const approvalMethods = ['phone', 'paper', 'in_person'] as const;

export type ApprovalMethod = (typeof approvalMethods)[number];

/** Entries of earlier releases lack what they did not know: the discount, the schedule, the last day and the terms. */
type ContentMeta = Discount & {
  readonly title: string;
  readonly line_items: readonly LineItem[];
  readonly total_cents: number;
  readonly schedule?: readonly Part[] | null;
  readonly valid_until?: CalendarDate | null;
  readonly terms?: string | null;
};

/** What a payment came to, where it did so for the first time. */
type Milestones = { readonly is_first?: true; readonly completes?: true };

/** The money is in another currency than the proposal: an anomaly, and part of no sum in the org's. */
type Foreign = { readonly is_foreign?: true };

type SessionMeta = {
  amount_cents: number;
  currency: string | null;
  stripe_session_id: string;
  payment_status: string;
  payment_intent: string | null;
};

type DisputeMeta = {
  dispute_id: string;
  amount_cents: number;
  currency: string;
  status: string;
  reason: string;
  payment_intent: string;
  stripe_session_id: string;
};

type RefundMeta = {
  /** Ours, where staff asked for it here. */
  refund_request_id?: string;
  is_foreign?: true;
  refund_id: string;
  amount_cents: number;
  currency: string;
  status: string;
  payment_intent: string;
  stripe_session_id: string;
};

/** A bank that only asks takes no money yet: https://docs.stripe.com/disputes/how-disputes-work#inquiries */
export function isInquiry(status: string): boolean {
  return status.startsWith('warning_');
}

/** What each event says. The names are a contract: they are stored in an append-only table. */
export type EntryMeta = {
  lead_created: { lead_id: string; source: string | null; user_id: number };
  /** A new version and the content it replaced. Names and addresses stay out: the log cannot forget them. */
  revised: ContentMeta & { version: number; content_hash: string; replaced: ContentMeta; user_id: number };
  /** A corrected name or address, which the row has. */
  customer_changed: { user_id: number };
  /** The generation of links is missing while it is 0. The deposit is what the version is offered with. */
  sent: {
    version: number;
    expires_at: string;
    link_generation?: number;
    deposit_cents?: number;
    /** The customer is mailed the link. */
    mail?: true;
    user_id: number;
  };
  /** Links of a lower generation open nothing any more. */
  links_revoked: { link_generation: number; user_id: number };
  /** Without a version it is the first. */
  view: { version?: number };
  /** What was agreed, in cents. Staff say how the customer agreed. Entries of earlier releases lack all of it. */
  approve: {
    name: string;
    version: number;
    ip: string | null;
    content_hash: string;
    total_cents?: number;
    deposit_cents?: number;
    currency?: string;
    method?: ApprovalMethod;
    reference?: string;
    user_id?: number;
  };
  /** The customer's words are in a row that can be erased. */
  declined: { reason: DeclineReason; version: number; comment_id: string | null; user_id?: number };
  /** Staff ask for a part of the schedule that is due on request. */
  payment_requested: { key: string; version: number; amount_cents: number; user_id: number };
  checkout_created: {
    session_id: string;
    deposit_cents: number;
    total_cents: number;
    /** What is charged. Missing in entries of earlier releases, which took deposits only. */
    amount_cents?: number;
    currency: string;
    version: number;
    expires_at: string;
    url: string;
    dev_mode: boolean;
    user_id?: number;
  };
  /** Stripe would not make the session: only staff can mend that. */
  checkout_refused: { code: string; amount_cents: number; version: number; user_id?: number };
  checkout_expired: { session_id: string };
  /** A delayed payment method is at work; `payment_success` or `payment_failed` follows. */
  payment_pending: SessionMeta;
  /** `approved_at` is when the paid version was approved, null for a second payment. Old entries lack the field. */
  payment_success: SessionMeta & Milestones & Foreign & { approved_at?: string | null };
  payment_failed: SessionMeta;
  payment_anomaly: {
    reason: AnomalyReason;
    stripe_session_id: string;
    expected_cents: number;
    expected_currency: string;
    amount_cents: number;
    currency: string | null;
  };
  /** Staff have looked at an anomaly and accept it. */
  anomaly_accepted: { entry_id: number; note: string; user_id: number };
  /** Money that did not come through Stripe. `received_on` is a date in the org's time zone. */
  payment_recorded: Milestones & {
    payment_id: string;
    method: OfflineMethod;
    amount_cents: number;
    currency: string;
    received_on: CalendarDate;
    reference: string | null;
    user_id: number;
  };
  /** Its counter-entry: the money did not come, or was given back. */
  payment_reversed: {
    payment_id: string;
    method: OfflineMethod;
    amount_cents: number;
    currency: string;
    reason: string;
    user_id: number;
  };
  /** An admin refunds: the amount is reserved before Stripe is called. */
  refund_requested: {
    refund_request_id: string;
    stripe_session_id: string;
    payment_intent: string;
    amount_cents: number;
    currency: string;
    reason: string;
    user_id: number;
  };
  /** Stripe will not make it: nothing is reserved any more. */
  refund_refused: { refund_request_id: string; code: string };
  /** A refund counts from the moment it is made, like Stripe's own `amount_refunded`; `refund_failed` takes it back. */
  payment_refunded: RefundMeta;
  refund_failed: RefundMeta;
  dispute_opened: DisputeMeta;
  dispute_closed: DisputeMeta;
  void: { user_id: number };
  /** A mail to the customer came back, or they reported it as spam. `mail_id` is the outbox's. */
  mail_bounced: { mail_id: string; reason: BounceReason };
  /**
   * What another entry says is in the org's books: as this document, over this amount there. `expected_cents` is what it should
   * be, where that is another.
   */
  booked: {
    entry_key: string;
    fact: BookedFact;
    amount_cents: number;
    currency: string;
    realm_id: string;
    document_type: string;
    document_id: string;
    document_number: string | null;
    expected_cents?: number;
  };
  /** The books would not take it, until somebody mends that. Each reason is said once. */
  booking_blocked: { entry_key: string; reason: BlockReason };
};

export type EventName = keyof EntryMeta;

/** An event with its meta: a union that `switch (entry.event)` narrows. */
export type LogEvent = { [E in EventName]: { readonly event: E; readonly meta: EntryMeta[E] } }[EventName];

/** What a rule decides: an event that does not name its author yet. */
export type UnstampedEvent = {
  [E in EventName]: { readonly event: E; readonly meta: Omit<EntryMeta[E], 'user_id'> };
}[EventName];

/** An event and its author, as the log names it. */
export type StampedEvent = LogEvent & { readonly actor: ActorKind };

/** An event in its place, ready to be appended. Proposal and seq are null together (a lead). */
export type NewEntry = StampedEvent & {
  readonly dedupeKey: string;
  readonly orgId: number;
  readonly proposalId: number | null;
  readonly seq: number | null;
  readonly createdAt: Date;
};

/** A row of the log. */
export type Entry = NewEntry & { readonly id: number };

/** The only place that says who an entry is by. */
export function stamp({ event, meta }: UnstampedEvent, author: Author): StampedEvent {
  const stamped = author.kind === 'staff' ? { ...meta, user_id: author.userId } : meta;
  // Sound: `user_id` is all that such an event lacks, and only events that staff alone cause require it.
  return { event, meta: stamped, actor: author.kind } as StampedEvent;
}
