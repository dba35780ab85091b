/**
 * What has become of a Checkout Session. `proposalId`, `orgId` and `portalUrl` come from its metadata: they say where to
 * look, never what is true. An unsigned event may lack them, the currency and the time of creation.
 */
export type SessionObservation = {
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

/** A refund as it stands; `status` is Stripe's. It carries none of our metadata, only its PaymentIntent. */
export type RefundObservation = {
  readonly fact: 'refund';
  readonly refundId: string;
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
  /** The body as it came, JSON. */
  readonly payload: string;
};

/**
 * What a command or an event came to. `duplicate`: the log had it already. `ignored`: it is about no session of ours and
 * moves no money. `unattributed`: it is money that matches no proposal of ours yet.
 */
export type Outcome = 'recorded' | 'duplicate' | 'ignored' | 'unattributed';
