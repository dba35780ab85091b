import { Hono } from 'hono';
import type { Proposal } from '../domain/proposal.ts';
import { standingOf } from '../domain/standing.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { IdempotencyHeader, ProposalParam } from '../schemas.ts';
import { acceptAnomaly } from './accept-anomaly.ts';
import {
  AcceptBody,
  AnomalyParam,
  OfflinePaymentBody,
  PaymentParam,
  ReasonBody,
  RefundBody,
  RequestBody,
} from './by-hand-schemas.ts';
import { recordPayment } from './record-payment.ts';
import { refundPayment } from './refund-payment.ts';
import { requestPayment } from './request-payment.ts';
import { reversePayment } from './reverse-payment.ts';

/** What staff do about a proposal's money. */
export const byHandRoutes = new Hono<AppEnv>()
  .post(
    '/:proposal_id/requests',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('json', RequestBody),
    async (c) => {
      const { deps, actor } = c.var;
      const { key } = c.req.valid('json');
      const proposal = await requestPayment(deps, actor, c.req.valid('param').proposal_id, key);
      return c.json({ key, ...toMoney(proposal, deps.now()) });
    },
  )
  .post(
    '/:proposal_id/payments',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('header', IdempotencyHeader),
    validate('json', OfflinePaymentBody),
    async (c) => {
      const { deps, actor } = c.var;
      const { proposal_id: proposalId } = c.req.valid('param');
      const key = c.req.valid('header')['idempotency-key'];
      const { paymentId, proposal } = await recordPayment(deps, actor, proposalId, c.req.valid('json'), key);
      return c.json({ payment_id: paymentId, ...toMoney(proposal, deps.now()) }, 201);
    },
  )
  .post(
    '/:proposal_id/payments/:payment_id/reverse',
    authenticateStaff,
    validate('param', PaymentParam),
    validate('json', ReasonBody),
    async (c) => {
      const { deps, actor } = c.var;
      const { proposal_id: proposalId, payment_id: paymentId } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      const proposal = await reversePayment(deps, actor, { proposalId, paymentId, reason });
      return c.json({ payment_id: paymentId, ...toMoney(proposal, deps.now()) });
    },
  )
  .post(
    '/:proposal_id/refunds',
    authenticateStaff,
    validate('param', ProposalParam),
    validate('header', IdempotencyHeader),
    validate('json', RefundBody),
    async (c) => {
      const { deps, actor } = c.var;
      const key = c.req.valid('header')['idempotency-key'];
      const { proposal_id: proposalId } = c.req.valid('param');
      const refund = await refundPayment(deps, actor, proposalId, c.req.valid('json'), key);
      const { refundRequestId, amountCents, proposal } = refund;
      const about = { refund_request_id: refundRequestId, amount_cents: amountCents };
      return c.json({ ...about, ...toMoney(proposal, deps.now()) }, 201);
    },
  )
  .post(
    '/:proposal_id/anomalies/:entry_id/accept',
    authenticateStaff,
    validate('param', AnomalyParam),
    validate('json', AcceptBody),
    async (c) => {
      const { deps, actor } = c.var;
      const { proposal_id: proposalId, entry_id: entryId } = c.req.valid('param');
      const { note } = c.req.valid('json');
      const proposal = await acceptAnomaly(deps, actor, { proposalId, entryId, note });
      return c.json({ entry_id: entryId, ...toMoney(proposal, deps.now()) });
    },
  );

/** How the money stands after it. */
function toMoney(proposal: Proposal, now: Date) {
  const { status, heldCents, refundedCents, dueCents, remainingCents } = standingOf(proposal, now);
  return {
    id: proposal.id,
    status,
    held_cents: heldCents,
    refunded_cents: refundedCents,
    due_cents: dueCents,
    remaining_cents: remainingCents,
  };
}
