/**
 * What has become of a Checkout Session. `proposalId`, `orgId` and `portalUrl` are what its metadata claims: they say whom
 * to ask, never what is true. An unsigned event may lack them, the currency and when it was made.
 */
export type SessionFact = {
  readonly fact: 'checkout_paid' | 'checkout_pending' | 'checkout_failed' | 'checkout_expired';
  readonly sessionId: string;
  readonly proposalId: number | null;
  readonly orgId: number | null;
  readonly portalUrl: string | null;
  readonly createdAt: Date | null;
  readonly amountCents: number;
  readonly currency: string | null;
  readonly paymentStatus: string;
  readonly paymentIntent: string | null;
};

/** A refund as it stands; `status` is Stripe's. It carries no metadata of ours, only what was paid. */
export type RefundFact = {
  readonly fact: 'refund';
  readonly refundId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: string;
  readonly paymentIntent: string | null;
};

/** A dispute as it stands; `status` and `reason` are Stripe's. */
export type DisputeFact = {
  readonly fact: 'dispute';
  readonly disputeId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: string;
  readonly reason: string;
  readonly paymentIntent: string | null;
};

/** Everything that Stripe tells and we record. */
export type StripeFact = SessionFact | RefundFact | DisputeFact;

export function isSessionFact(told: StripeFact): told is SessionFact {
  return told.fact !== 'refund' && told.fact !== 'dispute';
}
