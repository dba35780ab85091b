import type { InferOutput } from 'valibot';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { OfflinePaymentBody } from './by-hand-schemas.ts';
import { closeAndDecide } from './close-and-decide.ts';
import { requestId } from './request-id.ts';

/**
 * Records money that did not come through Stripe. The open session is closed first, so that the same money cannot be paid
 * there too. With an idempotency key, however often it is sent, once. One read, one call to the shard, those to Stripe.
 */
export async function recordPayment(
  deps: Deps,
  actor: Staff,
  proposalId: number,
  body: InferOutput<typeof OfflinePaymentBody>,
  idempotencyKey: string | undefined,
): Promise<{ readonly paymentId: string; readonly proposal: Proposal }> {
  authorize(actor, 'payments:write', proposalId);
  const { method, amount_cents: amountCents, received_on: receivedOn, reference = null } = body;
  const { overpayment = false, currency } = body;
  const paymentId = requestId(idempotencyKey, 'payment', actor.orgId, proposalId);
  const proposal = await closeAndDecide(deps, {
    kind: 'record_payment',
    proposalId,
    actor,
    paymentId,
    method,
    amountCents,
    receivedOn,
    reference,
    overpayment,
    ...(currency ? { currency } : {}),
  });
  return { paymentId, proposal };
}
