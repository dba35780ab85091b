import * as v from 'valibot';
import { blockReasons, bookedFacts } from '../domain/books.ts';
import {
  anomalyReasons,
  approvalMethods,
  bounceReasons,
  declineReasons,
  type EventName,
} from '../domain/entry.ts';
import { mailKinds } from '../domain/owed.ts';
import { offlineMethods } from '../domain/proposal.ts';
import { Currency, Id, Money, Time } from '../http/contract.ts';

// `EntryMeta` of `domain/entry.ts` as a schema, without contents. The compiler holds one against the other (`contracts.ts`).

const version = Id;
const userId = Id;
const text = v.string();

const session = {
  amount_cents: Money,
  currency: v.nullable(text),
  stripe_session_id: text,
  payment_status: text,
  payment_intent: v.nullable(text),
};

const refund = v.object({
  refund_request_id: v.optional(text),
  is_foreign: v.optional(v.literal(true)),
  refund_id: text,
  amount_cents: Money,
  currency: text,
  status: text,
  payment_intent: text,
  stripe_session_id: text,
});

const offline = {
  payment_id: text,
  method: v.picklist(offlineMethods),
  amount_cents: Money,
  currency: Currency,
  user_id: userId,
};

const foreign = { is_foreign: v.optional(v.literal(true)) };

/** What a payment came to, where it did so for the first time. */
const milestones = { is_first: v.optional(v.literal(true)), completes: v.optional(v.literal(true)) };

const dispute = v.object({
  dispute_id: text,
  amount_cents: Money,
  currency: text,
  status: text,
  reason: text,
  payment_intent: text,
  stripe_session_id: text,
});

/** What an entry owes, and what became of that. */
const Owed = v.object({
  id: v.pipe(v.string(), v.uuid()),
  channel: v.literal('mail'),
  kind: v.picklist(mailKinds),
  user_id: v.pipe(v.nullable(Id), v.description('Whose notice it is; null where it is the customer’s.')),
  state: v.pipe(
    v.picklist([
      ...(['queued', 'sending', 'sent', 'failed', 'perhaps_sent', 'stale'] as const),
      ...(['delivered', 'bounced', 'complained'] as const),
    ]),
    v.description(
      '`sent`: the vendor took it. `delivered`, `bounced`, `complained`: what it reported then. `perhaps_sent`: the vendor never said whether it took it. `stale`: it was not true any more, or too late, before it could be sent.',
    ),
  ),
  reason: v.nullable(text),
  due_at: Time,
  ended_at: v.nullable(Time),
});

/** What became of what the org's books are to learn of an entry. */
const EntryBooking = v.object({
  id: v.pipe(v.string(), v.uuid()),
  state: v.pipe(
    v.picklist(['queued', 'sending', 'blocked', 'sent', 'stale']),
    v.description(
      '`sent`: it is booked. `blocked`: it waits for somebody, for the `reason`. `stale`: the books were disconnected before that, or, for the reason `no_answer`, before it was certain.',
    ),
  ),
  reason: v.nullable(text),
  ended_at: v.nullable(Time),
});

const place = {
  id: Id,
  org_id: Id,
  proposal_id: v.nullable(Id),
  seq: v.nullable(Id),
  actor: v.picklist(['staff', 'customer', 'stripe', 'reconciler', 'mail', 'books']),
  created_at: Time,
  owed: v.array(Owed),
  booking: v.nullable(EntryBooking),
  comment: v.pipe(
    v.exactOptional(v.string()),
    v.description('The customer’s own words, where they gave some when they declined.'),
  ),
};

function entry<E extends EventName, M extends v.GenericSchema>(event: E, meta: M) {
  return v.pipe(v.object({ ...place, event: v.literal(event), meta }), v.title(event));
}

/** An entry of the activity log: what happened, and what that event says in `meta`. */
export const ActivityEntry = v.variant('event', [
  entry('lead_created', v.object({ lead_id: text, source: v.nullable(text), user_id: userId })),
  entry(
    'revised',
    v.object({
      title: text,
      discount_percent: v.optional(v.number()),
      discount_cents: v.optional(Money),
      total_cents: Money,
      valid_until: v.optional(v.nullable(text)),
      version,
      content_hash: text,
      user_id: userId,
    }),
  ),
  entry('customer_changed', v.object({ user_id: userId })),
  entry(
    'sent',
    v.object({
      version,
      expires_at: Time,
      link_generation: v.optional(Id),
      deposit_cents: v.optional(Money),
      mail: v.optional(v.literal(true)),
      user_id: userId,
    }),
  ),
  entry('links_revoked', v.object({ link_generation: Id, user_id: userId })),
  entry('view', v.object({ version: v.optional(Id) })),
  entry(
    'approve',
    v.object({
      name: text,
      version,
      ip: v.nullable(text),
      content_hash: text,
      total_cents: v.optional(Money),
      deposit_cents: v.optional(Money),
      currency: v.optional(Currency),
      method: v.optional(v.picklist(approvalMethods)),
      reference: v.optional(text),
      user_id: v.optional(userId),
    }),
  ),
  entry(
    'declined',
    v.object({
      reason: v.picklist(declineReasons),
      version,
      comment_id: v.nullable(text),
      user_id: v.optional(userId),
    }),
  ),
  entry('payment_requested', v.object({ key: text, version, amount_cents: Money, user_id: userId })),
  entry(
    'checkout_created',
    v.object({
      session_id: text,
      deposit_cents: Money,
      total_cents: Money,
      amount_cents: v.optional(Money),
      currency: Currency,
      version,
      expires_at: Time,
      url: text,
      dev_mode: v.boolean(),
      user_id: v.optional(userId),
    }),
  ),
  entry(
    'checkout_refused',
    v.object({ code: text, amount_cents: Money, version, user_id: v.optional(userId) }),
  ),
  entry('checkout_expired', v.object({ session_id: text })),
  entry('payment_pending', v.object(session)),
  entry(
    'payment_success',
    v.object({ ...session, ...milestones, ...foreign, approved_at: v.optional(v.nullable(Time)) }),
  ),
  entry('payment_failed', v.object(session)),
  entry(
    'payment_anomaly',
    v.object({
      reason: v.picklist(anomalyReasons),
      stripe_session_id: text,
      expected_cents: Money,
      expected_currency: text,
      amount_cents: Money,
      currency: v.nullable(text),
    }),
  ),
  entry('anomaly_accepted', v.object({ entry_id: Id, note: text, user_id: userId })),
  entry(
    'payment_recorded',
    v.object({
      ...offline,
      ...milestones,
      received_on: v.pipe(text, v.isoDate()),
      reference: v.nullable(text),
    }),
  ),
  entry('payment_reversed', v.object({ ...offline, reason: text })),
  entry(
    'refund_requested',
    v.object({
      refund_request_id: text,
      stripe_session_id: text,
      payment_intent: text,
      amount_cents: Money,
      currency: Currency,
      reason: text,
      user_id: userId,
    }),
  ),
  entry('refund_refused', v.object({ refund_request_id: text, code: text })),
  entry('payment_refunded', refund),
  entry('refund_failed', refund),
  entry('dispute_opened', dispute),
  entry('dispute_closed', dispute),
  entry('void', v.object({ user_id: userId })),
  entry('mail_bounced', v.object({ mail_id: text, reason: v.picklist(bounceReasons) })),
  entry(
    'booked',
    v.object({
      entry_key: text,
      fact: v.picklist(bookedFacts),
      amount_cents: Money,
      currency: text,
      realm_id: text,
      document_type: text,
      document_id: text,
      document_number: v.nullable(text),
      expected_cents: v.exactOptional(Money),
    }),
  ),
  entry('booking_blocked', v.object({ entry_key: text, reason: v.picklist(blockReasons) })),
]);
