import type { Entry } from '../domain/entry.ts';
import type { Projection } from './projections.ts';

/** A session that the reconciler should look at. */
export type DueCheckout = {
  readonly sessionId: string;
  readonly proposalId: number;
  readonly expiresAt: Date;
};

/** Stripe usually reports an expiry by itself. If it has not after this long, we ask. */
const graceMs = 10 * 60_000;

/** A delayed payment takes days. If Stripe reports nothing, we ask after one. */
const pendingMs = 24 * 3_600_000;

/** A session that was handed to the reconciler is not handed out again for this long: until its next run. */
const leaseMs = 4 * 60_000;

/** A pending payment needs asking about less often. */
const pendingLeaseMs = 6 * 3_600_000;

/** Sessions handed out at once. */
const limit = 50;

/**
 * The projection of sessions whose end the log does not know, each with the time from which Stripe should be asked: when
 * its time is over, or at once where the proposal is paid, void or changed.
 */
export class OpenCheckouts implements Projection {
  readonly name = 'open_checkouts';
  readonly version = 4;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      create table if not exists open_checkouts (
        session_id text primary key, proposal_id integer not null, due_at integer not null,
        expires_at integer not null, lease_ms integer not null
      ) without rowid;
      create index if not exists open_checkouts_due on open_checkouts (due_at);
      create index if not exists open_checkouts_proposal on open_checkouts (proposal_id);`);
  }

  fold(entries: readonly Entry[]): void {
    for (const entry of entries) this.#fold(entry);
  }

  clear(): void {
    this.#sql.exec('delete from open_checkouts');
  }

  /** The sessions that are due, the longest waiting first, none again within its lease. */
  takeDue(now: Date): DueCheckout[] {
    return this.#sql
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

  #fold({ event, meta, proposalId, createdAt }: Entry): void {
    switch (event) {
      case 'checkout_created': {
        if (meta.dev_mode) return;
        const dueAt = new Date(meta.expires_at).getTime() + graceMs;
        const values = [meta.session_id, proposalId, dueAt, dueAt - graceMs, leaseMs];
        this.#sql.exec('insert or ignore into open_checkouts values (?, ?, ?, ?, ?)', ...values);
        return;
      }
      case 'payment_pending': {
        const dueAt = createdAt.getTime() + pendingMs;
        const values = [dueAt, pendingLeaseMs, meta.stripe_session_id];
        this.#sql.exec('update open_checkouts set due_at = ?, lease_ms = ? where session_id = ?', ...values);
        return;
      }
      case 'checkout_expired':
        this.#remove(meta.session_id);
        return;
      case 'payment_failed':
        this.#remove(meta.stripe_session_id);
        return;
      case 'payment_success':
        this.#remove(meta.stripe_session_id);
        this.#makeDue(proposalId);
        return;
      case 'void':
      case 'declined':
      case 'payment_recorded':
      case 'revised':
        this.#makeDue(proposalId);
        return;
      case 'customer_changed':
      case 'payment_requested':
      case 'payment_reversed':
      case 'refund_requested':
      case 'refund_refused':
      case 'anomaly_accepted':
      case 'mail_bounced':
      case 'booked':
      case 'booking_blocked':
      case 'checkout_refused':
      case 'lead_created':
      case 'sent':
      case 'links_revoked':
      case 'view':
      case 'approve':
      case 'payment_anomaly':
      case 'payment_refunded':
      case 'refund_failed':
      case 'dispute_opened':
      case 'dispute_closed':
        return;
    }
    // Written by a newer version that was rolled back: ignored.
    event satisfies never;
  }

  #remove(sessionId: string): void {
    this.#sql.exec('delete from open_checkouts where session_id = ?', sessionId);
  }

  #makeDue(proposalId: number | null): void {
    this.#sql.exec('update open_checkouts set due_at = 0 where proposal_id = ?', proposalId);
  }
}
