import { type Dispute, type PaymentIntent, type Refund, type Session, StripeFailure } from './objects.ts';

/** https://docs.stripe.com/api/events/object */
export type StripeEvent = {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly type: string;
  readonly data: { readonly object: object };
};

/** https://docs.stripe.com/api/checkout/sessions/create, as far as we use it. */
export type NewSession = Pick<
  Session,
  | 'amount_total'
  | 'currency'
  | 'customer_email'
  | 'client_reference_id'
  | 'metadata'
  | 'success_url'
  | 'cancel_url'
> & { readonly description: string; readonly expires_at: number | null };

const daySeconds = 24 * 3600;

/**
 * Simulates one Stripe account: what it holds, and what happens in it. It does no I/O and takes the clock as an argument,
 * so it works in a test as well as behind a server. Test mode only.
 */
export class StripeAccount {
  readonly sessions = new Map<string, Session>();
  readonly intents = new Map<string, PaymentIntent>();
  readonly refunds = new Map<string, Refund>();
  readonly disputes = new Map<string, Dispute>();
  /** Oldest first. */
  readonly events: StripeEvent[] = [];
  /** Ids of the events that the webhook has answered with 2xx. */
  readonly delivered = new Set<string>();
  readonly #now: () => Date;
  readonly #pageUrl: string;
  readonly #tag: string;
  #made = 0;

  /** `pageUrl` is where its hosted pages are; `tag` makes its ids differ from those of other accounts. */
  constructor(options: { now: () => Date; pageUrl: string; tag: string }) {
    this.#now = options.now;
    this.#pageUrl = options.pageUrl;
    this.#tag = options.tag;
  }

  get nowSeconds(): number {
    return Math.floor(this.#now().getTime() / 1000);
  }

  createSession({ expires_at, ...given }: NewSession): Session {
    const id = this.#id('cs_test_');
    const session: Session = {
      id,
      object: 'checkout.session',
      mode: 'payment',
      livemode: false,
      created: this.nowSeconds,
      expires_at: expires_at ?? this.nowSeconds + daySeconds,
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
      url: `${this.#pageUrl}/c/pay/${id}`,
      ...given,
    };
    this.sessions.set(id, session);
    return session;
  }

  session(id: string): Session {
    this.expireOverdue();
    const session = this.sessions.get(id);
    if (session) return session;
    throw new StripeFailure(404, 'resource_missing', `No such checkout.session: '${id}'`);
  }

  expireSession(id: string): Session {
    return this.#expire(this.#open(id, 'Only Checkout Sessions with a status of open can be expired.'));
  }

  /** Expires the open sessions whose time is over. */
  expireOverdue(): void {
    for (const session of this.sessions.values()) {
      if (session.status === 'open' && session.expires_at <= this.nowSeconds) this.#expire(session);
    }
  }

  /** The customer pays by card. */
  pay(id: string): Session {
    const session = this.#open(id, 'This session cannot be paid any more.');
    this.#intent(session, 'succeeded');
    session.payment_status = 'paid';
    this.#end(session, 'complete');
    this.#emit('checkout.session.completed', session);
    return session;
  }

  /** The card is declined; the customer may try another. */
  decline(id: string): Session {
    const session = this.#open(id, 'This session cannot be paid any more.');
    this.#emit('payment_intent.payment_failed', this.#intent(session, 'requires_payment_method'));
    return session;
  }

  /** The customer pays by a method that takes days. */
  payLater(id: string): Session {
    const session = this.#open(id, 'This session cannot be paid any more.');
    this.#intent(session, 'processing');
    this.#end(session, 'complete');
    this.#emit('checkout.session.completed', session);
    return session;
  }

  /** Days later, the delayed payment succeeds or fails. */
  settleLater(id: string, outcome: 'succeeded' | 'failed'): Session {
    const session = this.session(id);
    const intent = this.intents.get(session.payment_intent ?? '');
    if (intent?.status !== 'processing') throw new StripeFailure(400, null, 'No payment is in progress.');
    intent.status = outcome === 'succeeded' ? 'succeeded' : 'requires_payment_method';
    if (outcome === 'succeeded') session.payment_status = 'paid';
    this.#emit(`checkout.session.async_payment_${outcome}`, session);
    return session;
  }

  refund(paymentIntent: string, amount?: number, metadata: Refund['metadata'] = {}): Refund {
    const intent = this.intents.get(paymentIntent);
    if (intent?.status !== 'succeeded') {
      throw new StripeFailure(404, 'resource_missing', `No such payment_intent: '${paymentIntent}'`);
    }
    const left = intent.amount - this.#refunded(intent);
    if (left < (amount ?? 1))
      throw new StripeFailure(400, 'charge_already_refunded', 'More than is left to refund.');
    const refund: Refund = {
      id: this.#id('re_'),
      object: 'refund',
      amount: amount ?? left,
      currency: intent.currency,
      created: this.nowSeconds,
      payment_intent: intent.id,
      status: 'succeeded',
      metadata,
    };
    this.refunds.set(refund.id, refund);
    this.#emit('refund.created', refund);
    return refund;
  }

  /** The bank sent the money back. */
  failRefund(id: string): Refund {
    const refund = this.refunds.get(id);
    if (refund?.status !== 'succeeded')
      throw new StripeFailure(404, 'resource_missing', `No such refund: '${id}'`);
    refund.status = 'failed';
    this.#emit('refund.updated', refund);
    this.#emit('refund.failed', refund);
    return refund;
  }

  /** The customer disputes the payment at their bank. */
  openDispute(paymentIntent: string): Dispute {
    const intent = this.intents.get(paymentIntent);
    if (intent?.status !== 'succeeded') {
      throw new StripeFailure(404, 'resource_missing', `No such payment_intent: '${paymentIntent}'`);
    }
    const dispute: Dispute = {
      id: this.#id('du_'),
      object: 'dispute',
      amount: intent.amount,
      currency: intent.currency,
      created: this.nowSeconds,
      payment_intent: intent.id,
      reason: 'product_not_received',
      status: 'needs_response',
      metadata: {},
    };
    this.disputes.set(dispute.id, dispute);
    this.#emit('charge.dispute.created', dispute);
    this.#emit('charge.dispute.funds_withdrawn', dispute);
    return dispute;
  }

  closeDispute(id: string, status: 'won' | 'lost'): Dispute {
    const dispute = this.disputes.get(id);
    if (dispute?.status !== 'needs_response') {
      throw new StripeFailure(404, 'resource_missing', `No such dispute: '${id}'`);
    }
    dispute.status = status;
    this.#emit('charge.dispute.closed', dispute);
    if (status === 'won') this.#emit('charge.dispute.funds_reinstated', dispute);
    return dispute;
  }

  #open(id: string, otherwise: string): Session {
    const session = this.session(id);
    if (session.status === 'open') return session;
    throw new StripeFailure(400, null, otherwise);
  }

  #expire(session: Session): Session {
    this.#end(session, 'expired');
    this.#emit('checkout.session.expired', session);
    return session;
  }

  #end(session: Session, status: 'complete' | 'expired'): void {
    session.status = status;
    session.url = null;
  }

  /** A session has one PaymentIntent, created at the first attempt to pay. */
  #intent(session: Session, status: PaymentIntent['status']): PaymentIntent {
    const intent = this.intents.get(session.payment_intent ?? '') ?? {
      id: this.#id('pi_'),
      object: 'payment_intent' as const,
      amount: session.amount_total,
      currency: session.currency,
      metadata: session.metadata,
      status,
    };
    intent.status = status;
    this.intents.set(intent.id, intent);
    session.payment_intent = intent.id;
    return intent;
  }

  #refunded({ id }: PaymentIntent): number {
    const refunds = [...this.refunds.values()].filter((refund) => refund.payment_intent === id);
    return refunds.reduce((sum, { amount, status }) => sum + (status === 'failed' ? 0 : amount), 0);
  }

  #emit(type: string, object: object): void {
    this.events.push({
      id: this.#id('evt_'),
      object: 'event',
      api_version: '2026-10-28.endive',
      created: this.nowSeconds,
      livemode: false,
      type,
      data: { object: structuredClone(object) },
    });
  }

  #id(prefix: string): string {
    this.#made += 1;
    return `${prefix}${this.#tag}${String(this.#made).padStart(4, '0')}`;
  }
}
