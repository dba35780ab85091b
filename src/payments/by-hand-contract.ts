import * as v from 'valibot';
import { proposalStatuses } from '../domain/proposal.ts';
import { type Contracts, Id, Money } from '../http/contract.ts';
import { IdempotencyHeader, ProposalParam } from '../schemas.ts';
import {
  AcceptBody,
  AnomalyParam,
  OfflinePaymentBody,
  PaymentParam,
  ReasonBody,
  RefundBody,
  RequestBody,
} from './by-hand-schemas.ts';

const money = {
  id: Id,
  status: v.picklist(proposalStatuses),
  held_cents: Money,
  refunded_cents: Money,
  due_cents: Money,
  remaining_cents: Money,
};
const uuid = v.pipe(v.string(), v.uuid());
const Requested = v.object({ key: v.string(), ...money });
const Recorded = v.object({ payment_id: uuid, ...money });
const Refunded = v.object({ refund_request_id: uuid, amount_cents: Money, ...money });
const Accepted = v.object({ entry_id: Id, ...money });

const path = { proposal_id: '7' };
const payment_id = '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11';
const stands = {
  id: 7,
  status: 'deposit_paid',
  held_cents: 472_500,
  refunded_cents: 0,
  due_cents: 0,
  remaining_cents: 1_102_500,
};
const common = ['invalid_request', 'invalid_proposal_id', 'proposal_not_found', 'limit_reached'] as const;

export const byHandContracts = {
  'POST /proposals/:proposal_id/requests': {
    id: 'requestPayment',
    tag: 'Payments',
    summary: 'Ask for an instalment',
    description:
      'A part of the schedule that is due on request is due then; the customer pays it by their link.',
    permission: 'payments:write',
    path: ProposalParam,
    body: RequestBody,
    example: { path, body: { key: 'balance' } },
    answer: {
      status: 200,
      description: 'It is due.',
      body: Requested,
      example: { key: 'balance', ...stands, due_cents: 1_102_500 },
    },
    problems: [
      ...common,
      ...(['proposal_void', 'proposal_declined', 'proposal_not_approved'] as const),
      ...(['instalment_not_found', 'not_on_request', 'already_paid'] as const),
    ],
  },
  'POST /proposals/:proposal_id/payments': {
    id: 'recordPayment',
    tag: 'Payments',
    summary: 'Record money beside Stripe',
    description:
      'Closes the open session first. More than what remains needs `overpayment`. The same Idempotency-Key records it once.',
    permission: 'payments:write',
    path: ProposalParam,
    headers: IdempotencyHeader,
    body: OfflinePaymentBody,
    example: {
      path,
      headers: { 'idempotency-key': '8f14e45f' },
      body: {
        method: 'bank_transfer',
        amount_cents: 1_102_500,
        received_on: '2026-11-26',
        reference: 'RF18 5390 0754',
      },
    },
    answer: {
      status: 201,
      description: 'It is recorded.',
      body: Recorded,
      example: { payment_id, ...stands, status: 'paid', held_cents: 1_575_000, remaining_cents: 0 },
    },
    problems: [
      ...common,
      ...(['proposal_void', 'proposal_declined', 'payment_pending', 'overpayment'] as const),
      'idempotency_key_reused',
    ],
  },
  'POST /proposals/:proposal_id/payments/:payment_id/reverse': {
    id: 'reversePayment',
    tag: 'Payments',
    summary: 'Take such a record back',
    description: 'By a counter-entry: a cheque that was returned, money that was given back, a mistake.',
    permission: 'payments:write',
    path: PaymentParam,
    body: ReasonBody,
    example: { path: { ...path, payment_id }, body: { reason: 'The cheque was returned' } },
    answer: {
      status: 200,
      description: 'It counts no more.',
      body: Recorded,
      example: { payment_id, ...stands },
    },
    problems: [
      'invalid_request',
      'invalid_proposal_id',
      'proposal_not_found',
      'payment_not_found',
      'paid_through_stripe',
    ],
  },
  'POST /proposals/:proposal_id/refunds': {
    id: 'refundPayment',
    tag: 'Payments',
    summary: 'Refund a payment through Stripe',
    description:
      'Whole, or `amount_cents` of it. `session_id` names the payment where there are several. The same Idempotency-Key refunds once.',
    permission: 'refunds:write',
    path: ProposalParam,
    headers: IdempotencyHeader,
    body: RefundBody,
    example: {
      path,
      headers: { 'idempotency-key': '8f14e45f' },
      body: { amount_cents: 50_000, reason: 'One cabinet less' },
    },
    answer: {
      status: 201,
      description: 'Stripe makes the refund.',
      body: Refunded,
      example: {
        refund_request_id: payment_id,
        amount_cents: 50_000,
        ...stands,
        status: 'approved',
        held_cents: 422_500,
        refunded_cents: 50_000,
        due_cents: 50_000,
        remaining_cents: 1_152_500,
      },
    },
    problems: [
      ...common,
      ...(['payment_not_found', 'payment_ambiguous', 'not_refundable', 'payment_disputed'] as const),
      ...(['refund_pending', 'refund_too_large', 'idempotency_key_reused'] as const),
      ...(['stripe_refused', 'stripe_failed', 'stripe_rate_limited', 'stripe_timeout'] as const),
    ],
  },
  'POST /proposals/:proposal_id/anomalies/:entry_id/accept': {
    id: 'acceptAnomaly',
    tag: 'Payments',
    summary: 'Accept an anomaly',
    description: 'Staff have looked at it. It needs no attention any more.',
    permission: 'payments:write',
    path: AnomalyParam,
    body: AcceptBody,
    example: { path: { ...path, entry_id: '12' }, body: { note: 'Agreed on the phone' } },
    answer: {
      status: 200,
      description: 'It is accepted.',
      body: Accepted,
      example: { entry_id: 12, ...stands },
    },
    problems: [...common, 'anomaly_not_found'],
  },
} as const satisfies Contracts;

export const byHandComponents = { Requested, Recorded, Refunded, AnomalyAccepted: Accepted };
