import * as v from 'valibot';
import { proposalStatuses } from '../domain/proposal.ts';
import { type Contracts, Currency, Id, Money } from '../http/contract.ts';
import { CheckoutInput, SessionParam } from './schemas.ts';

const Checkout = v.object({
  checkout_url: v.pipe(v.string(), v.url(), v.description('Where the customer pays.')),
  session_id: v.string(),
  deposit_cents: Money,
  total_cents: Money,
  amount_cents: v.pipe(Money, v.description('What is charged.')),
  dev_mode: v.optional(
    v.pipe(v.literal(true), v.description('No Stripe key is set: the payment is simulated.')),
  ),
});

const CheckoutSession = v.object({
  session_id: v.string(),
  proposal_id: Id,
  proposal_status: v.picklist(proposalStatuses),
  status: v.picklist(['open', 'pending', 'paid', 'failed', 'expired']),
  payment_status: v.picklist(['paid', 'unpaid']),
  deposit_cents: Money,
  total_cents: Money,
  amount_cents: v.pipe(Money, v.description('What is charged.')),
  currency: Currency,
});

const anyFields = v.record(v.string(), v.unknown());

const StripeEvent = v.pipe(
  v.objectWithRest(
    {
      id: v.optional(
        v.pipe(v.string(), v.description('Required, except for unsigned events in development.')),
      ),
      type: v.string(),
      data: v.objectWithRest({ object: anyFields }, v.unknown()),
    },
    v.unknown(),
  ),
  v.description('An event as Stripe sends it: https://docs.stripe.com/api/events/object'),
);

const Received = v.object({ received: v.literal(true) });

export const paymentContracts = {
  'POST /payments/checkout_session': {
    id: 'createCheckoutSession',
    tag: 'Payments',
    summary: 'Begin to pay',
    description:
      'Of what is due, or (`pay=full`) of all that remains, where the org offers that. Answers with the session that is open, else with a new one. The input may come in the query or in a JSON body. `amount_dollars`, where given, must be the total of the version.',
    permission: 'checkouts:write',
    query: CheckoutInput,
    bodyOrQuery: true,
    example: { query: { proposal_id: '7', amount_dollars: '15750.00' } },
    answer: {
      status: 200,
      description: 'A Checkout Session.',
      body: Checkout,
      example: {
        checkout_url: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3',
        session_id: 'cs_test_a1b2c3',
        deposit_cents: 472500,
        total_cents: 1575000,
        amount_cents: 472500,
      },
    },
    problems: [
      'malformed_json',
      'invalid_request',
      'invalid_proposal_id',
      'invalid_amount',
      'proposal_not_found',
      'proposal_not_approved',
      'proposal_void',
      'proposal_declined',
      'proposal_expired',
      'already_paid',
      'payment_pending',
      'nothing_due',
      'pay_in_full_not_offered',
      'amount_mismatch',
      'version_conflict',
      'checkout_open',
      'limit_reached',
      'stripe_refused',
      'stripe_failed',
      'stripe_rate_limited',
      'stripe_timeout',
    ],
  },
  'GET /payments/sessions/:session_id': {
    id: 'getCheckoutSession',
    tag: 'Payments',
    summary: 'Read how a session stands',
    description: 'Asks Stripe where the log does not know yet, and records what Stripe says.',
    permission: 'checkouts:read',
    path: SessionParam,
    example: { path: { session_id: 'cs_test_a1b2c3' } },
    answer: {
      status: 200,
      description: 'The session.',
      body: CheckoutSession,
      example: {
        session_id: 'cs_test_a1b2c3',
        proposal_id: 7,
        proposal_status: 'deposit_paid',
        status: 'paid',
        payment_status: 'paid',
        deposit_cents: 472500,
        total_cents: 1575000,
        amount_cents: 472500,
        currency: 'usd',
      },
    },
    problems: [
      'invalid_request',
      'session_not_found',
      'stripe_refused',
      'stripe_failed',
      'stripe_rate_limited',
      'stripe_timeout',
    ],
  },
  'POST /payments/webhook': {
    id: 'receiveWebhook',
    tag: 'Payments',
    summary: 'Receive an event from Stripe',
    description:
      'Signed in Stripe-Signature. An event that was received already is received again, and changes nothing.',
    permission: 'stripe_signature',
    body: StripeEvent,
    example: { body: { id: 'evt_1', type: 'checkout.session.completed', data: { object: {} } } },
    answer: { status: 200, description: 'It is recorded.', body: Received, example: { received: true } },
    problems: [
      'invalid_signature',
      'invalid_event',
      'wrong_livemode',
      // Where a refund or dispute is of a PaymentIntent that we do not know, Stripe is asked whose it is.
      'stripe_refused',
      'stripe_failed',
      'stripe_rate_limited',
      'stripe_timeout',
    ],
  },
} as const satisfies Contracts;

export const paymentComponents = { Checkout, CheckoutSession, StripeEvent, Received };
