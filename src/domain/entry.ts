import type { ActorKind, Author } from './actor.ts';
import type { LineItem } from './pricing.ts';

export const anomalyReasons = [
  'amount_mismatch',
  'currency_mismatch',
  'already_paid',
  'proposal_void',
  'version_mismatch',
] as const;

export type AnomalyReason = (typeof anomalyReasons)[number];

type ContentMeta = {
  readonly title: string;
  readonly line_items: readonly LineItem[];
  readonly total_cents: number;
};

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
  refund_id: string;
  amount_cents: number;
  currency: string;
  status: string;
  payment_intent: string;
  stripe_session_id: string;
};

/** What each event says. The names are a contract: they are stored in an append-only table. */
export type EntryMeta = {
  lead_created: { lead_id: string; source: string | null; user_id: number };
  /** A new version and the content it replaced. Names and addresses stay out: the log cannot forget them. */
  revised: ContentMeta & { version: number; content_hash: string; replaced: ContentMeta; user_id: number };
  /** The generation of links is missing while it is 0. */
  sent: { version: number; expires_at: string; link_generation?: number; user_id: number };
  /** Links of a lower generation open nothing any more. */
  links_revoked: { link_generation: number; user_id: number };
  view: Record<string, never>;
  approve: { name: string; version: number; ip: string | null; content_hash: string; user_id?: number };
  checkout_created: {
    session_id: string;
    deposit_cents: number;
    total_cents: number;
    currency: string;
    version: number;
    expires_at: string;
    url: string;
    dev_mode: boolean;
    user_id?: number;
  };
  checkout_expired: { session_id: string };
  /** A delayed payment method is at work; `payment_success` or `payment_failed` follows. */
  payment_pending: SessionMeta;
  /** `approved_at` is when the paid version was approved, null for a second payment. Old entries lack the field. */
  payment_success: SessionMeta & { approved_at?: string | null };
  payment_failed: SessionMeta;
  payment_anomaly: {
    reason: AnomalyReason;
    stripe_session_id: string;
    expected_cents: number;
    expected_currency: string;
    amount_cents: number;
    currency: string | null;
  };
  /** A refund counts from the moment it is made, like Stripe's own `amount_refunded`; `refund_failed` takes it back. */
  payment_refunded: RefundMeta;
  refund_failed: RefundMeta;
  dispute_opened: DisputeMeta;
  dispute_closed: DisputeMeta;
  void: { user_id: number };
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
