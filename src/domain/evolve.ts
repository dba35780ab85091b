import type { EntryMeta, StampedEvent } from './entry.ts';
import type { Checkout, Proposal, RefundRequest, SessionStatus } from './proposal.ts';

/** A state that is being folded. Its collections are its own, so a long history is folded without copying it each time. */
type Draft = {
  -readonly [Key in keyof Proposal]: Proposal[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : Proposal[Key] extends ReadonlySet<infer V>
      ? Set<V>
      : Proposal[Key] extends readonly (infer T)[]
        ? T[]
        : Proposal[Key];
};

export type DatedEvent = StampedEvent & { readonly createdAt: Date };

/**
 * Folds entries into the state, in order. It is total: any entry, in any order, has a meaning. With a change of its meaning
 * raise `foldVersion` (`snapshot.ts`).
 */
export function evolve(before: Proposal, entries: readonly DatedEvent[]): Proposal {
  if (entries.length === 0) return before;
  const draft: Draft = {
    ...before,
    channels: [...before.channels],
    requests: new Map(before.requests),
    checkouts: [...before.checkouts],
    sessionStatuses: new Map(before.sessionStatuses),
    pending: new Map(before.pending),
    payments: [...before.payments],
    refunds: new Map(before.refunds),
    disputes: new Map(before.disputes),
    refundRequests: new Map(before.refundRequests),
    acceptedAnomalies: new Set(before.acceptedAnomalies),
    bouncedMails: new Set(before.bouncedMails),
  };
  for (const entry of entries) apply(draft, entry);
  return draft;
}

function apply(draft: Draft, entry: DatedEvent): void {
  draft.seq += 1;
  const at = entry.createdAt;
  draft.lastEntryAt = at;
  switch (entry.event) {
    case 'sent': {
      const { version, expires_at, link_generation: linkGeneration = 0 } = entry.meta;
      if (draft.lifecycle === 'draft') draft.lifecycle = 'sent';
      pin(draft, entry.meta);
      const isMailed = entry.meta.mail === true;
      draft.sent = { version, linkGeneration, at, isMailed, expiresAt: new Date(expires_at) };
      return;
    }
    case 'links_revoked':
      draft.revokedTo = entry.meta.link_generation;
      // The row may be further: a corrected address raises it too, and leaves no entry of its own.
      draft.linkGeneration = Math.max(draft.linkGeneration, entry.meta.link_generation);
      return;
    case 'view':
      draft.viewedAt = at;
      return;
    case 'approve': {
      const { version, name, user_id: userId } = entry.meta;
      if (draft.lifecycle !== 'void') draft.lifecycle = 'approved';
      pin(draft, entry.meta);
      draft.approval = { version, name, actor: entry.actor, userId, at };
      return;
    }
    case 'checkout_created':
      draft.checkouts.push(toCheckout(entry.meta));
      return;
    case 'payment_requested':
      if (entry.meta.version === draft.version) draft.requests.set(entry.meta.key, at);
      return;
    case 'checkout_expired':
      setStatus(draft, entry.meta.session_id, 'expired');
      return;
    case 'payment_pending': {
      const { stripe_session_id: sessionId, amount_cents: amountCents, currency = null } = entry.meta;
      setStatus(draft, sessionId, 'pending');
      draft.pending.set(sessionId, { amountCents, currency });
      return;
    }
    case 'payment_failed':
      setStatus(draft, entry.meta.stripe_session_id, 'failed');
      return;
    case 'payment_success': {
      const { stripe_session_id: sessionId, amount_cents: amountCents } = entry.meta;
      // Old entries lack the two fields that default to null.
      const { currency = null, payment_intent: paymentIntent = null } = entry.meta;
      setStatus(draft, sessionId, 'paid');
      if (entry.meta.completes) draft.wasComplete = true;
      const payment = { paymentId: sessionId, method: 'stripe', isReversed: false } as const;
      draft.payments.push({ ...payment, amountCents, currency, paymentIntent, at });
      return;
    }
    case 'payment_recorded': {
      if (entry.meta.completes) draft.wasComplete = true;
      const { payment_id: paymentId, method, amount_cents: amountCents, currency } = entry.meta;
      draft.payments.push({
        paymentId,
        method,
        amountCents,
        currency,
        at,
        paymentIntent: null,
        isReversed: false,
      });
      return;
    }
    case 'payment_reversed': {
      const { payment_id: reversed } = entry.meta;
      draft.payments = draft.payments.map((payment) =>
        payment.paymentId === reversed ? { ...payment, isReversed: true } : payment,
      );
      return;
    }
    case 'payment_refunded':
    case 'refund_failed': {
      const { refund_id, stripe_session_id: paymentId, amount_cents: amountCents, currency } = entry.meta;
      const failed = entry.event === 'refund_failed';
      draft.refunds.set(refund_id, { paymentId, amountCents, currency, failed });
      if (entry.meta.refund_request_id) setRequest(draft, entry.meta.refund_request_id, 'made');
      return;
    }
    case 'refund_requested': {
      const { stripe_session_id: paymentId, payment_intent: paymentIntent } = entry.meta;
      const { refund_request_id: id, amount_cents: amountCents, currency } = entry.meta;
      draft.refundRequests.set(id, {
        paymentId,
        paymentIntent,
        amountCents,
        currency,
        at,
        status: 'reserved',
      });
      return;
    }
    case 'refund_refused':
      setRequest(draft, entry.meta.refund_request_id, 'refused');
      return;
    case 'anomaly_accepted':
      draft.acceptedAnomalies.add(entry.meta.entry_id);
      return;
    case 'checkout_refused': {
      const { version, code } = entry.meta;
      draft.checkoutRefusal = { version, code, at };
      return;
    }
    case 'dispute_opened':
    case 'dispute_closed': {
      const { dispute_id, stripe_session_id: paymentId, currency, status } = entry.meta;
      const { amount_cents: amountCents } = entry.meta;
      const closingsBefore = draft.disputes.get(dispute_id)?.closings ?? [];
      const closings = entry.event === 'dispute_closed' ? [...closingsBefore, status] : closingsBefore;
      draft.disputes.set(dispute_id, { paymentId, amountCents, currency, closings });
      return;
    }
    case 'revised': {
      const { version, title, total_cents: totalCents, content_hash: contentHash } = entry.meta;
      // The approval was of another version: this one waits for its own.
      if (draft.lifecycle !== 'void') draft.lifecycle = draft.sent ? 'sent' : 'draft';
      draft.requests.clear();
      draft.viewedAt = null; // of this version, nothing yet
      draft.version = version;
      draft.title = title;
      draft.totalCents = totalCents;
      draft.contentHash = contentHash;
      return;
    }
    case 'declined':
      if (draft.lifecycle !== 'void') draft.lifecycle = 'declined';
      return;
    case 'void':
      draft.lifecycle = 'void';
      return;
    case 'mail_bounced':
      draft.bouncedMails.add(entry.meta.mail_id);
      return;
    case 'customer_changed':
    case 'payment_anomaly':
    case 'booked':
    case 'booking_blocked':
    case 'lead_created':
      return;
  }
  // Written by a newer version that was rolled back: it counts in `seq` and is otherwise ignored.
  entry satisfies never;
}

/** A version's deposit is that of the first time it was sent or approved. Earlier releases do not say it. */
function pin(draft: Draft, { version, deposit_cents: depositCents }: EntryMeta['sent' | 'approve']): void {
  if (depositCents === undefined || draft.pinned?.version === version) return;
  draft.pinned = { version, depositCents };
}

function setRequest(draft: Draft, id: string, status: RefundRequest['status']): void {
  const known = draft.refundRequests.get(id);
  if (known) draft.refundRequests.set(id, { ...known, status });
}

function setStatus(draft: Draft, sessionId: string, status: SessionStatus): void {
  draft.sessionStatuses.set(sessionId, status);
  draft.pending.delete(sessionId);
}

function toCheckout(meta: EntryMeta['checkout_created']): Checkout {
  return {
    sessionId: meta.session_id,
    url: meta.url,
    version: meta.version,
    depositCents: meta.deposit_cents,
    totalCents: meta.total_cents,
    amountCents: meta.amount_cents ?? meta.deposit_cents, // earlier releases took deposits only
    currency: meta.currency,
    expiresAt: new Date(meta.expires_at),
    devMode: meta.dev_mode,
  };
}
