import type { EntryMeta, StampedEvent } from './entry.ts';
import type { Checkout, Proposal, SessionStatus } from './proposal.ts';

/** Folds one entry into the state. It is total: any entry, in any order, has a meaning. */
export function evolve(before: Proposal, entry: StampedEvent & { readonly createdAt: Date }): Proposal {
  const state = { ...before, seq: before.seq + 1 };
  const at = entry.createdAt;
  switch (entry.event) {
    case 'sent': {
      const { version, expires_at } = entry.meta;
      const status = state.status === 'draft' ? 'sent' : state.status;
      return { ...state, status, sent: { version, at, expiresAt: new Date(expires_at) } };
    }
    case 'view':
      return { ...state, viewedAt: at };
    case 'approve': {
      const { version, name, user_id: userId } = entry.meta;
      const status = state.status === 'draft' || state.status === 'sent' ? 'approved' : state.status;
      return { ...state, status, approval: { version, name, actor: entry.actor, userId, at } };
    }
    case 'checkout_created':
      return { ...state, checkouts: [...state.checkouts, toCheckout(entry.meta)] };
    case 'checkout_expired':
      return withSession(state, entry.meta.session_id, 'expired');
    case 'payment_pending':
      return withSession(state, entry.meta.stripe_session_id, 'pending');
    case 'payment_failed':
      return withSession(state, entry.meta.stripe_session_id, 'failed');
    case 'payment_success': {
      const { stripe_session_id: sessionId, amount_cents: amountCents } = entry.meta;
      // Old entries lack the two fields that default to null.
      const { currency = null, payment_intent: paymentIntent = null } = entry.meta;
      return {
        ...withSession(state, sessionId, 'paid'),
        status: state.status === 'void' ? 'void' : 'deposit_paid',
        payments: [...state.payments, { sessionId, amountCents, currency, paymentIntent, at }],
      };
    }
    case 'payment_refunded':
    case 'refund_failed': {
      const { refund_id, amount_cents: amountCents, currency } = entry.meta;
      const refund = { amountCents, currency, failed: entry.event === 'refund_failed' };
      return { ...state, refunds: new Map(state.refunds).set(refund_id, refund) };
    }
    case 'dispute_opened':
    case 'dispute_closed': {
      const { dispute_id, amount_cents: amountCents, status } = entry.meta;
      const closingsBefore = state.disputes.get(dispute_id)?.closings ?? [];
      const closings = entry.event === 'dispute_closed' ? [...closingsBefore, status] : closingsBefore;
      return { ...state, disputes: new Map(state.disputes).set(dispute_id, { amountCents, closings }) };
    }
    case 'revised': {
      const { version, title, total_cents: totalCents, content_hash: contentHash } = entry.meta;
      // The approval was of another version: this one waits for its own.
      const status = state.status === 'approved' ? (state.sent ? 'sent' : 'draft') : state.status;
      return { ...state, status, version, title, totalCents, contentHash };
    }
    case 'void':
      return { ...state, status: 'void' };
    case 'payment_anomaly':
    case 'lead_created':
      return state;
  }
  // Written by a newer version that was rolled back: it counts in `seq` and is otherwise ignored.
  entry satisfies never;
  return state;
}

function toCheckout(meta: EntryMeta['checkout_created']): Checkout {
  return {
    sessionId: meta.session_id,
    url: meta.url,
    version: meta.version,
    depositCents: meta.deposit_cents,
    totalCents: meta.total_cents,
    currency: meta.currency,
    expiresAt: new Date(meta.expires_at),
    devMode: meta.dev_mode,
  };
}

function withSession(state: Proposal, sessionId: string, status: SessionStatus): Proposal {
  return { ...state, sessionStatuses: new Map(state.sessionStatuses).set(sessionId, status) };
}
