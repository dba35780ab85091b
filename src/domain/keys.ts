import type { EntryMeta, EventName } from './entry.ts';

/** The fields of its meta that tell an event from others of its name. */
type KeyFields = {
  lead_created: 'lead_id';
  revised: 'version';
  customer_changed: never;
  sent: 'version' | 'link_generation' | 'mail';
  links_revoked: 'link_generation';
  view: 'version';
  approve: 'version';
  declined: 'version';
  payment_requested: 'version' | 'key';
  checkout_created: 'session_id';
  checkout_refused: 'version' | 'code';
  checkout_expired: 'session_id';
  payment_pending: 'stripe_session_id';
  payment_success: 'stripe_session_id';
  payment_failed: 'stripe_session_id';
  payment_anomaly: 'stripe_session_id' | 'reason';
  anomaly_accepted: 'entry_id';
  payment_recorded: 'payment_id';
  payment_reversed: 'payment_id';
  refund_requested: 'refund_request_id';
  refund_refused: 'refund_request_id';
  payment_refunded: 'refund_id';
  refund_failed: 'refund_id';
  dispute_opened: 'dispute_id';
  dispute_closed: 'dispute_id' | 'status';
  void: never;
  mail_bounced: 'mail_id';
  booked: 'realm_id' | 'entry_key';
  booking_blocked: 'entry_key' | 'reason';
};

type KeyedBy<Names extends EventName> = {
  [E in Names]: { readonly event: E; readonly meta: Pick<EntryMeta[E], KeyFields[E] & keyof EntryMeta[E]> };
}[Names];

/** Events whose key needs the proposal; all others carry an id that is unique by itself. */
type OfProposal =
  | 'revised'
  | 'customer_changed'
  | 'sent'
  | 'links_revoked'
  | 'view'
  | 'approve'
  | 'declined'
  | 'payment_requested'
  | 'checkout_refused'
  | 'void';

/**
 * The unique key of an entry: the log takes each key once, so whatever has the same key happens once. Keys are stored;
 * a template never changes.
 */
export function keyOf(event: KeyedBy<Exclude<EventName, OfProposal>>): string;
export function keyOf(event: KeyedBy<EventName>, proposalId: number | null, at: Date): string;
export function keyOf(event: KeyedBy<EventName>, proposalId: number | null = null, at?: Date): string {
  switch (event.event) {
    case 'sent': {
      const { version, link_generation: generation, mail } = event.meta;
      const offer = `sent:${proposalId}:v${version}:${at && hourOf(at)}${generation ? `:g${generation}` : ''}`;
      return mail ? `${offer}:mail` : offer;
    }
    case 'links_revoked':
      return `links_revoked:${proposalId}:g${event.meta.link_generation}`;
    case 'view':
      return `view:${proposalId}:${at && hourOf(at)}${event.meta.version ? `:v${event.meta.version}` : ''}`;
    case 'approve':
    case 'declined':
    case 'revised':
      return `${event.event}:${proposalId}:v${event.meta.version}`;
    case 'customer_changed':
      return `customer_changed:${proposalId}:${at?.toISOString()}`;
    case 'payment_requested':
      return `payment_requested:${proposalId}:v${event.meta.version}:${event.meta.key}`;
    case 'checkout_refused':
      return `checkout_refused:${proposalId}:v${event.meta.version}:${event.meta.code}:${at && hourOf(at)}`;
    case 'void':
      return `void:${proposalId}`;
    case 'lead_created':
      return `lead_created:${event.meta.lead_id}`;
    case 'checkout_created':
    case 'checkout_expired':
      return `${event.event}:${event.meta.session_id}`;
    case 'payment_pending':
    case 'payment_success':
    case 'payment_failed':
      return `${event.event}:${event.meta.stripe_session_id}`;
    case 'payment_anomaly':
      return `payment_anomaly:${event.meta.reason}:${event.meta.stripe_session_id}`;
    case 'anomaly_accepted':
      return `anomaly_accepted:${event.meta.entry_id}`;
    case 'payment_recorded':
    case 'payment_reversed':
      return `${event.event}:${event.meta.payment_id}`;
    case 'refund_requested':
    case 'refund_refused':
      return `${event.event}:${event.meta.refund_request_id}`;
    case 'payment_refunded':
    case 'refund_failed':
      return `${event.event}:${event.meta.refund_id}`;
    case 'dispute_opened':
      return `dispute_opened:${event.meta.dispute_id}`;
    case 'mail_bounced':
      return `mail_bounced:${event.meta.mail_id}`;
    case 'booked':
      return `booked:${event.meta.realm_id}:${event.meta.entry_key}`;
    case 'booking_blocked':
      return `booking_blocked:${event.meta.reason}:${event.meta.entry_key}`;
    case 'dispute_closed':
      return `dispute_closed:${event.meta.dispute_id}:${event.meta.status}`;
  }
}

/** The key of the entry that records a session we made. */
export function checkoutKey(sessionId: string): string {
  return keyOf({ event: 'checkout_created', meta: { session_id: sessionId } });
}

/**
 * The keys of all entries about one session, the most telling first. The proposal of the first that is recorded owns the
 * session, whatever its metadata says by now.
 */
export function sessionKeys(sessionId: string): string[] {
  const meta = { stripe_session_id: sessionId };
  return [
    keyOf({ event: 'payment_success', meta }),
    checkoutKey(sessionId),
    keyOf({ event: 'payment_pending', meta }),
    keyOf({ event: 'payment_failed', meta }),
    keyOf({ event: 'checkout_expired', meta: { session_id: sessionId } }),
  ];
}

/** `2026-11-23T01`, in UTC: a proposal has one view and one link an hour. */
export function hourOf(time: Date): string {
  return time.toISOString().slice(0, 13);
}
