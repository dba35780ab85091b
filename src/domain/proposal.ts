import type { ActorKind, Fact } from './entry.ts';

export const proposalStatuses = ['draft', 'sent', 'approved', 'deposit_paid', 'void'] as const;

export type ProposalStatus = (typeof proposalStatuses)[number];

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

/** What has become of a session. Only a paid one is money. */
export type SessionOutcome = 'pending' | 'paid' | 'failed' | 'expired';

export type Payment = {
  readonly sessionId: string;
  readonly paymentIntent: string | null;
  readonly amountCents: number;
  /** Null where nobody told: it is the proposal's then. */
  readonly currency: string | null;
  readonly at: Date;
};

export type Refund = { readonly amountCents: number; readonly currency: string; readonly failed: boolean };

export type Dispute = {
  readonly amountCents: number;
  /** How it was closed: not at all while it is open, more than once after an appeal. */
  readonly closings: readonly string[];
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
  readonly createdAt: Date;
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
  /** By session; one that is not here is open, or its time is over and Stripe has not said so yet. */
  readonly outcomes: ReadonlyMap<string, SessionOutcome>;
  readonly payments: readonly Payment[];
  readonly refunds: ReadonlyMap<string, Refund>;
  readonly disputes: ReadonlyMap<string, Dispute>;
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
    outcomes: new Map(),
    payments: [],
    refunds: new Map(),
    disputes: new Map(),
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
    case 'checkout_expired':
      return withOutcome(state, entry.meta.session_id, 'expired');
    case 'payment_pending':
      return withOutcome(state, entry.meta.stripe_session_id, 'pending');
    case 'payment_failed':
      return withOutcome(state, entry.meta.stripe_session_id, 'failed');
    case 'payment_success': {
      const { stripe_session_id: sessionId, amount_cents: amountCents, currency = null } = entry.meta;
      const payment = {
        sessionId,
        amountCents,
        currency,
        paymentIntent: entry.meta.payment_intent ?? null,
        at,
      };
      return {
        ...withOutcome(state, sessionId, 'paid'),
        status: state.status === 'void' ? 'void' : 'deposit_paid',
        payments: [...state.payments, payment],
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
      const before = state.disputes.get(dispute_id)?.closings ?? [];
      const closings = entry.event === 'dispute_closed' ? [...before, status] : before;
      return { ...state, disputes: new Map(state.disputes).set(dispute_id, { amountCents, closings }) };
    }
    case 'revised': {
      const { version, title, total_cents: totalCents, content_hash: contentHash } = entry.meta;
      // What was approved was another version: this one waits for its own approval.
      const status = state.status === 'approved' ? (state.sent ? 'sent' : 'draft') : state.status;
      return { ...state, status, version, title, totalCents, contentHash };
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

/** What is held of what was paid: less the refunds that did not fail, less what the bank took back. */
export function heldCents({ payments, refunds, disputes }: Proposal): number {
  const refunded = [...refunds.values()].filter(({ failed }) => !failed);
  const lost = [...disputes.values()].filter(({ closings }) => closings.at(-1) === 'lost');
  return sumCents(payments) - sumCents(refunded) - sumCents(lost);
}

/** The sum of amounts, in minor units. */
export function sumCents(rows: readonly { readonly amountCents: number }[]): number {
  return rows.reduce((total, { amountCents }) => total + amountCents, 0);
}

function withOutcome(state: Proposal, sessionId: string, outcome: SessionOutcome): Proposal {
  return { ...state, outcomes: new Map(state.outcomes).set(sessionId, outcome) };
}
