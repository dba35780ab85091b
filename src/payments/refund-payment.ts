import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Staff, Via } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import { type RefundOrder, StripeRefusal } from '../stripe/gateway.ts';
import type { RefundBody } from './by-hand-schemas.ts';
import { requestId } from './request-id.ts';
import { settle } from './settle.ts';

/** Stripe keeps keys for 24 h. Before a refund this old is tried again, Stripe is asked whether it was made. */
const keyLifetimeMs = 20 * 3_600_000;

/** A refund that could not be made for so long is given up, so that another one can be asked for. */
const patienceMs = 20 * 24 * 3_600_000;

/**
 * Refunds a payment through Stripe, whole or in part. The amount is reserved in the log before Stripe is called, under an id
 * that Stripe's key is made of: a lost answer, a retry or a second click refunds nothing twice. What fails is tried again by
 * the reconciler. Two calls to the shard, one to Stripe. Throws a `StripeRefusal` where Stripe will not make it.
 */
export async function refundPayment(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  body: InferOutput<typeof RefundBody>,
  idempotencyKey: string | undefined,
): Promise<{ readonly refundRequestId: string; readonly amountCents: number; readonly proposal: Proposal }> {
  authorize(actor, 'refunds:write', proposalId);
  const refundRequestId = requestId(idempotencyKey, 'refund', actor.orgId, proposalId);
  const { session_id: sessionId = null, amount_cents: amountCents = null, reason } = body;
  const asked = { refundRequestId, sessionId, amountCents, reason };
  const { proposal } = await deps.shards.execute({ kind: 'request_refund', proposalId, actor, ...asked });
  const request = proposal.refundRequests.get(refundRequestId);
  if (!request) throw new Error('A request left none.');
  if (request.status !== 'reserved') return { refundRequestId, amountCents: request.amountCents, proposal };
  const order = { refundRequestId, ...request };
  const made = await makeRefund(deps, { proposalId, order, requestedAt: request.at }, 'stripe');
  return { refundRequestId, amountCents: request.amountCents, proposal: made ?? proposal };
}

export type RefundToMake = {
  readonly proposalId: number;
  readonly order: RefundOrder;
  readonly requestedAt: Date;
};

/** Has Stripe make a refund that was reserved, and records what came of it. Repeating it refunds nothing twice. */
export async function makeRefund(
  deps: Deps,
  { proposalId, order, requestedAt }: RefundToMake,
  via: Via,
): Promise<Proposal | null> {
  const { stripe, shards, now } = deps;
  const ageMs = now().getTime() - requestedAt.getTime();
  try {
    const found = ageMs > keyLifetimeMs ? await stripe.findRefund(order) : null;
    if (!found && ageMs > patienceMs) throw new StripeRefusal('given_up', {});
    const refund = found ?? (await stripe.createRefund(order));
    return (await settle(deps, refund, { via, owner: proposalId })).proposal;
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    const { refundRequestId } = order;
    await shards.execute({ kind: 'refuse_refund', proposalId, via, refundRequestId, code: error.reason });
    throw error;
  }
}
