import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import { StripeRefusal } from '../stripe/gateway.ts';
import { type Failed, forEach } from './for-each.ts';
import { makeRefund, type RefundToMake } from './refund-payment.ts';

const limit = 50;

type Row = {
  readonly proposal_id: number;
  readonly refund_request_id: string;
  readonly payment_intent: string;
  readonly amount_cents: number;
  readonly currency: string;
  readonly created_at: string;
};

/** Makes the refunds that were reserved and of which nothing more is known: their call failed, or its answer was lost. */
export async function finishRefunds(deps: Deps): Promise<Failed<unknown>[]> {
  const unfinished = await listUnfinished(deps);
  return forEach(unfinished, async (refund) => {
    await makeRefund(deps, refund, 'reconciler').catch((error) => {
      if (!(error instanceof StripeRefusal)) throw error; // a refusal is recorded: nothing is left to do
    });
  });
}

/** Not those of the last two minutes, whose request may still run. The oldest first. One request. */
async function listUnfinished({ db, now }: Deps): Promise<RefundToMake[]> {
  const at = now().toISOString();
  const { rows } = await db.execute<Row>(sql`
    select proposal_id::float8 as proposal_id, meta->>'refund_request_id' as refund_request_id,
      meta->>'payment_intent' as payment_intent, (meta->>'amount_cents')::float8 as amount_cents,
      meta->>'currency' as currency, extract(epoch from created_at)::text as created_at
    from portal_activity_log as request
    where event = 'refund_requested'
      and created_at > ${at}::timestamptz - interval '30 days'
      and created_at < ${at}::timestamptz - interval '2 minutes'
      and not exists (select from portal_activity_log as answer
        where answer.proposal_id = request.proposal_id
          and answer.event in ('payment_refunded', 'refund_failed', 'refund_refused')
          and answer.meta->>'refund_request_id' = request.meta->>'refund_request_id')
    order by created_at limit ${limit}`);
  return rows.map((row) => ({
    proposalId: row.proposal_id,
    order: {
      refundRequestId: row.refund_request_id,
      paymentIntent: row.payment_intent,
      amountCents: row.amount_cents,
      currency: row.currency,
    },
    requestedAt: new Date(Number(row.created_at) * 1000),
  }));
}
