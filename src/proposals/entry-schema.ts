import * as v from 'valibot';
import { anomalyReasons, type EventName } from '../domain/entry.ts';
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
  refund_id: text,
  amount_cents: Money,
  currency: text,
  status: text,
  payment_intent: text,
  stripe_session_id: text,
});

const dispute = v.object({
  dispute_id: text,
  amount_cents: Money,
  currency: text,
  status: text,
  reason: text,
  payment_intent: text,
  stripe_session_id: text,
});

const place = {
  id: Id,
  org_id: Id,
  proposal_id: v.nullable(Id),
  seq: v.nullable(Id),
  actor: v.picklist(['staff', 'customer', 'stripe', 'reconciler']),
  created_at: Time,
};

function entry<E extends EventName, M extends v.GenericSchema>(event: E, meta: M) {
  return v.pipe(v.object({ ...place, event: v.literal(event), meta }), v.title(event));
}

/** An entry of the activity log: what happened, and what that event says in `meta`. */
export const ActivityEntry = v.variant('event', [
  entry('lead_created', v.object({ lead_id: text, source: v.nullable(text), user_id: userId })),
  entry(
    'revised',
    v.object({ title: text, total_cents: Money, version, content_hash: text, user_id: userId }),
  ),
  entry('sent', v.object({ version, expires_at: Time, link_generation: v.optional(Id), user_id: userId })),
  entry('links_revoked', v.object({ link_generation: Id, user_id: userId })),
  entry('view', v.object({})),
  entry(
    'approve',
    v.object({
      name: text,
      version,
      ip: v.nullable(text),
      content_hash: text,
      user_id: v.optional(userId),
    }),
  ),
  entry(
    'checkout_created',
    v.object({
      session_id: text,
      deposit_cents: Money,
      total_cents: Money,
      currency: Currency,
      version,
      expires_at: Time,
      url: text,
      dev_mode: v.boolean(),
      user_id: v.optional(userId),
    }),
  ),
  entry('checkout_expired', v.object({ session_id: text })),
  entry('payment_pending', v.object(session)),
  entry('payment_success', v.object({ ...session, approved_at: v.optional(v.nullable(Time)) })),
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
  entry('payment_refunded', refund),
  entry('refund_failed', refund),
  entry('dispute_opened', dispute),
  entry('dispute_closed', dispute),
  entry('void', v.object({ user_id: userId })),
]);
