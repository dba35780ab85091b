/** What the metadata of a session or PaymentIntent says: where to look, never what is true. */
export type Marks = {
  readonly proposalId: number | null;
  readonly orgId: number | null;
  readonly portalUrl: string | null;
};

/**
 * Whether the metadata is ours: it names our portal or, where it names none, a proposal and an org. Another product, or
 * another deployment of this one, may share the Stripe account.
 */
export function isOurs({ proposalId, orgId, portalUrl }: Marks, ourPortalUrl: string): boolean {
  return portalUrl === null ? proposalId !== null && orgId !== null : portalUrl === ourPortalUrl;
}

/**
 * What has become of a Checkout Session. An unsigned event may lack the marks, the currency and the time of creation.
 */
export type SessionObservation = Marks & {
  readonly fact: 'checkout_paid' | 'checkout_pending' | 'checkout_failed' | 'checkout_expired';
  readonly sessionId: string;
  readonly createdAt: Date | null;
  readonly amountCents: number;
  readonly currency: string | null;
  readonly paymentStatus: string;
  readonly paymentIntent: string | null;
};

/** A refund as it stands; `status` is Stripe's. It names only its PaymentIntent, unless we asked for it. */
export type RefundObservation = {
  readonly fact: 'refund';
  readonly refundId: string;
  /** Ours, in its metadata, where staff asked for it here. Missing where a Worker of the version before saw it. */
  readonly refundRequestId?: string | null;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: string;
  readonly paymentIntent: string | null;
};

/** A dispute as it stands; `status` and `reason` are Stripe's. */
export type DisputeObservation = {
  readonly fact: 'dispute';
  readonly disputeId: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly status: string;
  readonly reason: string;
  readonly paymentIntent: string | null;
};

/** What we saw at Stripe, whether it sent an event or answered a question. */
export type Observation = SessionObservation | RefundObservation | DisputeObservation;

export function isSession(observation: Observation): observation is SessionObservation {
  return observation.fact !== 'refund' && observation.fact !== 'dispute';
}

/** Whether it moves money, so that it must be kept even where no proposal of ours matches. */
export function isMoney(observation: Observation): boolean {
  return observation.fact === 'checkout_paid' || !isSession(observation);
}

/** A verified event of Stripe's, as it is kept. */
export type ReceivedEvent = {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string | null;
  readonly livemode: boolean | null;
  /** When Stripe made it. Missing where an older Worker took it. */
  readonly createdAt?: Date | null;
  /** The body as it came, JSON. */
  readonly payload: string;
};

/**
 * What a command or an event came to. `duplicate`: the log had it already. `ignored`: it moves no money, and matches no
 * proposal. `unattributed`: it is money of ours that matches no proposal yet. `foreign`: it is another product's.
 */
export type Outcome = 'recorded' | 'duplicate' | 'ignored' | 'unattributed' | 'foreign';
