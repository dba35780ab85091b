/** https://docs.stripe.com/api/checkout/sessions/object */
export type Session = {
  readonly id: string;
  readonly object: 'checkout.session';
  readonly mode: 'payment';
  readonly livemode: false;
  readonly created: number;
  readonly expires_at: number;
  readonly amount_total: number;
  readonly currency: string;
  readonly customer_email: string | null;
  readonly client_reference_id: string | null;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly success_url: string;
  readonly cancel_url: string | null;
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'paid';
  payment_intent: string | null;
  url: string | null;
};

/** https://docs.stripe.com/api/payment_intents/object */
export type PaymentIntent = {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'requires_payment_method' | 'processing' | 'succeeded';
};

/** https://docs.stripe.com/api/refunds/object */
export type Refund = {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly payment_intent: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'succeeded' | 'failed';
};

/** https://docs.stripe.com/api/disputes/object */
export type Dispute = {
  readonly id: string;
  readonly object: 'dispute';
  readonly amount: number;
  readonly currency: string;
  readonly created: number;
  readonly payment_intent: string;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'needs_response' | 'won' | 'lost';
};

/** A request that Stripe refuses (https://docs.stripe.com/api/errors). */
export class StripeFailure extends Error {
  readonly status: number;
  readonly code: string | null;

  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
