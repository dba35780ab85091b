import type { Entry } from './entry.ts';

/** A session that the reconciler should look at, and its proposal. */
export type DueCheckout = { readonly sessionId: string; readonly proposalId: number };

/** Stripe tells of an expiry by itself, usually: after so long we ask. */
const graceMs = 10 * 60_000;

/** A delayed payment takes days; if we are not told, we ask after one. */
const pendingMs = 24 * 3_600_000;

/** Whoever was handed a session has this long before it is handed out again: until the reconciler's next run. */
const leaseMs = 4 * 60_000;

/** Sessions handed out at once. */
const limit = 50;

/**
 * Keeps the sessions of which the log does not know the end, each with the time from which somebody should ask Stripe:
 * when it should be over, or at once when nobody is to pay in it any more.
 */
export function foldOpenCheckouts(sql: SqlStorage, { event, meta, proposalId, createdAt }: Entry): void {
  switch (event) {
    case 'checkout_created': {
      if (meta.dev_mode) return;
      const dueAt = new Date(meta.expires_at).getTime() + graceMs;
      sql.exec('insert or ignore into open_checkouts values (?, ?, ?)', meta.session_id, proposalId, dueAt);
      return;
    }
    case 'payment_pending': {
      const dueAt = createdAt.getTime() + pendingMs;
      sql.exec('update open_checkouts set due_at = ? where session_id = ?', dueAt, meta.stripe_session_id);
      return;
    }
    case 'checkout_expired':
      sql.exec('delete from open_checkouts where session_id = ?', meta.session_id);
      return;
    case 'payment_failed':
      sql.exec('delete from open_checkouts where session_id = ?', meta.stripe_session_id);
      return;
    case 'payment_success':
      sql.exec('delete from open_checkouts where session_id = ?', meta.stripe_session_id);
      sql.exec('update open_checkouts set due_at = 0 where proposal_id = ?', proposalId);
      return;
    case 'void':
    case 'revised':
      sql.exec('update open_checkouts set due_at = 0 where proposal_id = ?', proposalId);
      return;
    case 'lead_created':
    case 'sent':
    case 'view':
    case 'approve':
    case 'payment_anomaly':
    case 'payment_refunded':
    case 'refund_failed':
    case 'dispute_opened':
    case 'dispute_closed':
      return;
  }
  // An event of a later version that was rolled back.
  event satisfies never;
}

/** The sessions that are due, the longest waiting first, none again within its lease. */
export function takeDueCheckouts(sql: SqlStorage, now: Date): DueCheckout[] {
  return sql
    .exec<{ sessionId: string; proposalId: number }>(
      `update open_checkouts set due_at = ? where session_id in
         (select session_id from open_checkouts where due_at <= ? order by due_at limit ?)
       returning session_id as sessionId, proposal_id as proposalId`,
      now.getTime() + leaseMs,
      now.getTime(),
      limit,
    )
    .toArray();
}
