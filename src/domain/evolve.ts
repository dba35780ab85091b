import type { EntryMeta, StampedEvent } from './entry.ts';
import type { Checkout, Proposal } from './proposal.ts';

/** A state that is being folded. Its collections are its own, so a long history is folded without copying it each time. */
type Draft = {
  -readonly [Key in keyof Proposal]: Proposal[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
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
    checkouts: [...before.checkouts],
    sessionStatuses: new Map(before.sessionStatuses),
    payments: [...before.payments],
    refunds: new Map(before.refunds),
    disputes: new Map(before.disputes),
  };
  for (const entry of entries) apply(draft, entry);
  return draft;
}

function apply(draft: Draft, entry: DatedEvent): void {
  draft.seq += 1;
  const at = entry.createdAt;
  switch (entry.event) {
    case 'sent': {
      const { version, expires_at, link_generation: linkGeneration = 0 } = entry.meta;
      if (draft.status === 'draft') draft.status = 'sent';
      draft.sent = { version, linkGeneration, at, expiresAt: new Date(expires_at) };
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
      if (draft.status === 'draft' || draft.status === 'sent') draft.status = 'approved';
      draft.approval = { version, name, actor: entry.actor, userId, at };
      return;
    }
    case 'checkout_created':
      draft.checkouts.push(toCheckout(entry.meta));
      return;
    case 'checkout_expired':
      draft.sessionStatuses.set(entry.meta.session_id, 'expired');
      return;
    case 'payment_pending':
      draft.sessionStatuses.set(entry.meta.stripe_session_id, 'pending');
      return;
    case 'payment_failed':
      draft.sessionStatuses.set(entry.meta.stripe_session_id, 'failed');
      return;
    case 'payment_success': {
      const { stripe_session_id: sessionId, amount_cents: amountCents } = entry.meta;
      // Old entries lack the two fields that default to null.
      const { currency = null, payment_intent: paymentIntent = null } = entry.meta;
      if (draft.status !== 'void') draft.status = 'deposit_paid';
      draft.sessionStatuses.set(sessionId, 'paid');
      draft.payments.push({ sessionId, amountCents, currency, paymentIntent, at });
      return;
    }
    case 'payment_refunded':
    case 'refund_failed': {
      const { refund_id, amount_cents: amountCents, currency } = entry.meta;
      draft.refunds.set(refund_id, { amountCents, currency, failed: entry.event === 'refund_failed' });
      return;
    }
    case 'dispute_opened':
    case 'dispute_closed': {
      const { dispute_id, amount_cents: amountCents, status } = entry.meta;
      const closingsBefore = draft.disputes.get(dispute_id)?.closings ?? [];
      const closings = entry.event === 'dispute_closed' ? [...closingsBefore, status] : closingsBefore;
      draft.disputes.set(dispute_id, { amountCents, closings });
      return;
    }
    case 'revised': {
      const { version, title, total_cents: totalCents, content_hash: contentHash } = entry.meta;
      // The approval was of another version: this one waits for its own.
      if (draft.status === 'approved') draft.status = draft.sent ? 'sent' : 'draft';
      draft.version = version;
      draft.title = title;
      draft.totalCents = totalCents;
      draft.contentHash = contentHash;
      return;
    }
    case 'void':
      draft.status = 'void';
      return;
    case 'payment_anomaly':
    case 'lead_created':
      return;
  }
  // Written by a newer version that was rolled back: it counts in `seq` and is otherwise ignored.
  entry satisfies never;
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
