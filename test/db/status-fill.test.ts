import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import migration from '../../migrations/0009_terms_and_money.sql?raw';
import { proposals } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { append, createOrg, createProposal, db, settlement, statusOf } from '../support/world.ts';

/** The statement that corrects the status column of what earlier releases wrote. */
const fill = migration.split('--> statement-breakpoint').at(-1) ?? '';

type Org = Awaited<ReturnType<typeof createOrg>>;

/** What an earlier release left: an approval, and a payment of its session, whose row says that the deposit is paid. */
async function paidBefore(org: Org, depositCents: number, totalCents = 1_575_000) {
  const proposal = await createProposal(org.id, 'draft');
  const paid = settlement(proposal);
  const { sessionId } = paid.observation as { sessionId: string };
  const log = (seq: number, event: string, key: string, meta: object) =>
    db.execute(sql`insert into portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key)
      values (${org.id}, ${proposal.id}, ${seq}, ${event}, 'customer', ${JSON.stringify(meta)}::jsonb, ${key})`);
  const approval = { name: 'Ada', version: 1, ip: null, content_hash: 'hash' };
  await log(1, 'approve', `approve:${proposal.id}:v1`, approval);
  await log(2, 'checkout_created', `checkout_created:${sessionId}`, {
    ...{
      session_id: sessionId,
      deposit_cents: depositCents,
      total_cents: totalCents,
      currency: 'usd',
      version: 1,
    },
    ...{ expires_at: new Date().toISOString(), url: 'https://checkout.stripe.test', dev_mode: false },
  });
  const observation = { ...paid.observation, amountCents: depositCents, paymentIntent: `pi_${sessionId}` };
  await append({ ...paid, observation } as typeof paid);
  await db.update(proposals).set({ status: 'deposit_paid' }).where(eq(proposals.id, proposal.id));
  const refund = (cents: number) =>
    append({
      ...{ kind: 'settle', proposalId: proposal.id, via: 'stripe', event: null },
      observation: {
        ...{ fact: 'refund', refundId: `re_${sessionId}`, amountCents: cents, currency: 'usd' },
        ...{ status: 'succeeded', paymentIntent: `pi_${sessionId}` },
      },
    });
  return { ...proposal, refund };
}

const look = async ({ id, token }: { id: number; token: string }) =>
  (await call(`GET /proposals/${id}`, { token })).json;

test('what is paid stays paid by the migration, at whatever percentage; what was refunded is due again', async () => {
  // The org takes 50 % by now, and the deployment another percentage: neither is what was paid.
  const org = await createOrg({ depositPercent: 50 });
  const quarter = await paidBefore(org, 393_750);
  const stated = await paidBefore(org, 30_000, 100_000); // staff stated another total
  const whole = await paidBefore(org, 1_575_000);
  const refunded = await paidBefore(org, 472_500);
  await refunded.refund(472_500);
  await db.update(proposals).set({ status: 'deposit_paid' }).where(eq(proposals.id, refunded.id));

  await db.execute(sql.raw(fill));
  const all = [quarter, stated, whole, refunded];
  const statuses = await Promise.all(all.map(({ id }) => statusOf(id)));
  expect(statuses).toEqual(['deposit_paid', 'deposit_paid', 'paid', 'approved']);
  const pages = await Promise.all(all.map(look));
  expect(pages.map(({ status, due_cents }) => [status, due_cents])).toEqual([
    ['deposit_paid', 0],
    ['deposit_paid', 0],
    ['paid', 0],
    ['approved', 472_500],
  ]);
});

test('a row whose status an earlier release wrote meanwhile is corrected by the next entry', async () => {
  const proposal = await createProposal((await createOrg()).id);
  await db.update(proposals).set({ status: 'deposit_paid' }).where(eq(proposals.id, proposal.id));
  await call(`POST /proposals/${proposal.id}/view`, { token: proposal.token });
  expect(await statusOf(proposal.id)).toBe('approved');
});
