import type { ActorKind, Fact } from '../activity/entry.ts';

export type ProposalStatus = 'draft' | 'sent' | 'approved' | 'deposit_paid' | 'void';

export type LineItem = { description: string; quantity: number; unit_price_cents: number };

/** One Checkout Session we made, and what was agreed in it. */
export type Checkout = {
  readonly sessionId: string;
  readonly url: string;
  readonly version: number;
  readonly depositCents: number;
  readonly totalCents: number;
  readonly currency: string;
  readonly expiresAt: Date;
  readonly devMode: boolean;
};

/** What the proposal's row says. It changes only with the version. */
export type ProposalTerms = {
  readonly id: number;
  readonly orgId: number;
  readonly title: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly totalCents: number;
  readonly depositPercent: number;
  readonly version: number;
  readonly contentHash: string;
};

/** The state that decisions are made on: the terms, and what the log says happened. */
export type Proposal = ProposalTerms & {
  readonly status: ProposalStatus;
  /** Place of the last entry; 0 before the first. */
  readonly seq: number;
  readonly sent: { readonly version: number; readonly at: Date; readonly expiresAt: Date } | null;
  readonly viewedAt: Date | null;
  readonly approval: {
    readonly version: number;
    readonly name: string;
    readonly actor: ActorKind;
    readonly userId: number | undefined;
    readonly at: Date;
  } | null;
  readonly checkouts: readonly Checkout[];
  readonly paidSessionIds: readonly string[];
};

/** A proposal before its first entry. */
export function initialProposal(terms: ProposalTerms): Proposal {
  return {
    ...terms,
    status: 'draft',
    seq: 0,
    sent: null,
    viewedAt: null,
    approval: null,
    checkouts: [],
    paidSessionIds: [],
  };
}

/** Folds one entry into the state. Total: whatever the log holds, in whatever order, has a meaning. */
export function evolve(before: Proposal, entry: Fact & { actor: ActorKind; createdAt: Date }): Proposal {
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
    case 'checkout_created': {
      const { meta } = entry;
      const checkout: Checkout = {
        sessionId: meta.session_id,
        url: meta.url,
        version: meta.version,
        depositCents: meta.deposit_cents,
        totalCents: meta.total_cents,
        currency: meta.currency,
        expiresAt: new Date(meta.expires_at),
        devMode: meta.dev_mode,
      };
      return { ...state, checkouts: [...state.checkouts, checkout] };
    }
    case 'payment_success': {
      const status = state.status === 'void' ? 'void' : 'deposit_paid';
      return { ...state, status, paidSessionIds: [...state.paidSessionIds, entry.meta.stripe_session_id] };
    }
    case 'void':
      return { ...state, status: 'void' };
    case 'payment_anomaly':
    case 'lead_created':
      return state;
  }
  // An event of a later version that was rolled back: it has its place, and means nothing yet.
  entry satisfies never;
  return state;
}
