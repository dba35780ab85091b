import type { LineItem } from './proposal.ts';

/** Who made an entry. `staff` entries carry `user_id` in their meta. */
export type ActorKind = 'staff' | 'customer' | 'stripe' | 'reconciler';

export type AnomalyReason =
  | 'amount_mismatch'
  | 'currency_mismatch'
  | 'already_paid'
  | 'proposal_void'
  | 'version_mismatch';

type Content = {
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

/** What each event of the log tells. The names are a contract: they are rows in an append-only table. */
export type EntryMeta = {
  lead_created: { lead_id: string; source: string | null; user_id: number };
  /** A new version, and what it replaced: names and addresses aside, the log knows every version. */
  revised: Content & { version: number; content_hash: string; replaced: Content; user_id: number };
  sent: { version: number; expires_at: string; user_id: number };
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
  /** A delayed method is on its way; `payment_success` or `payment_failed` follows. */
  payment_pending: SessionMeta;
  /** `approved_at` is when what is paid was approved; null for a second payment. Entries before it was told lack it. */
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
  /** As Stripe's own `amount_refunded`, a refund counts from when it is made, and `refund_failed` takes it back. */
  payment_refunded: RefundMeta;
  refund_failed: RefundMeta;
  dispute_opened: DisputeMeta;
  dispute_closed: DisputeMeta;
  void: { user_id: number };
};

export type EventName = keyof EntryMeta;

/** An event with what it tells: a union that `switch (entry.event)` narrows. */
export type Fact = { [E in EventName]: { readonly event: E; readonly meta: EntryMeta[E] } }[EventName];

/** A fact with who told it and the key that lets it be told only once. */
export type Draft = Fact & { readonly actor: ActorKind; readonly dedupeKey: string };

/** A draft in its place, ready to be appended. Proposal and seq are null together (a lead). */
export type NewEntry = Draft & {
  readonly orgId: number;
  readonly proposalId: number | null;
  readonly seq: number | null;
  readonly createdAt: Date;
};

/** A row of the log. */
export type Entry = NewEntry & { readonly id: number };
