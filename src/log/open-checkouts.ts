import type { Entry } from '../domain/entry.ts';

/** A session that the reconciler should look at. */
export type DueCheckout = {
  readonly sessionId: string;
  readonly proposalId: number;
  readonly expiresAt: Date;
};

/** Stripe tells of an expiry by itself, usually: after so long we ask. */
const graceMs = 10 * 60_000;

/** A delayed payment takes days; if we are not told, we ask after one. */
const pendingMs = 24 * 3_600_000;

/** Whoever was handed a session has this long before it is handed out again: until the reconciler's next run. */
const leaseMs = 4 * 60_000;

/** A payment that is still on its way need not be asked about so often. */
const pendingLeaseMs = 6 * 3_600_000;

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
      const values = [meta.session_id, proposalId, dueAt, dueAt - graceMs, leaseMs];
      sql.exec('insert or ignore into open_checkouts values (?, ?, ?, ?, ?)', ...values);
      return;
    }
    case 'payment_pending': {
      const dueAt = createdAt.getTime() + pendingMs;
      const values = [dueAt, pendingLeaseMs, meta.stripe_session_id];
      sql.exec('update open_checkouts set due_at = ?, lease_ms = ? where session_id = ?', ...values);
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
    .exec<{ sessionId: string; proposalId: number; expiresAt: number }>(
      `update open_checkouts set due_at = ? + lease_ms where session_id in
         (select session_id from open_checkouts where due_at <= ? order by due_at limit ?)
       returning session_id as sessionId, proposal_id as proposalId, expires_at as expiresAt`,
      now.getTime(),
      now.getTime(),
      limit,
    )
    .toArray()
    .map((row) => ({ ...row, expiresAt: new Date(row.expiresAt) }));
}
