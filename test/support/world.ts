import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { inject } from 'vitest';
import type { Bindings } from '../../src/config.ts';
import { createDatabase } from '../../src/db/client.ts';
import { activityLog, channels, orgs, proposals, stripeEvents, users } from '../../src/db/schema.ts';
import { channelNames } from '../../src/domain/channel.ts';
import type { ProposalStatus } from '../../src/domain/proposal.ts';
import { Tokens } from '../../src/jwt/tokens.ts';
import { type Command, lookedUpKeys } from '../../src/log/command.ts';
import { loadGroup } from '../../src/log/load.ts';
import { toOwe } from '../../src/log/outbox.ts';
import { planGroup } from '../../src/log/plan.ts';
import { contentHash } from '../../src/proposals/content-hash.ts';

// Each test makes an org of its own, so tests share a database and need no order.

export const bindings = env as Bindings;
export const db = createDatabase(bindings.DATABASE_URL);
export const tokens = new Tokens(bindings.JWT_SECRET);

/** The one row that was written. */
function only<T>(rows: T[]): T {
  const [row] = rows;
  if (!row) throw new Error('No row was written.');
  return row;
}

const inAnHour = () => new Date(Date.now() + 3_600_000);

const longAgo = new Date(0);

/** An org with an admin, whose token this is. `passwordHash` is of no password unless given. */
export async function createOrg(
  options: { passwordHash?: string; depositPercent?: number; currency?: string; payInFull?: boolean } = {},
) {
  const org = only(
    await db
      .insert(orgs)
      .values({
        name: 'Test',
        currency: options.currency ?? 'usd',
        depositPercent: options.depositPercent ?? null,
        payInFull: options.payInFull ?? false,
      })
      .returning(),
  );
  const email = `admin-${crypto.randomUUID()}@example.com`;
  const user = only(
    await db
      .insert(users)
      .values({ orgId: org.id, email, passwordHash: options.passwordHash ?? 'none', role: 'admin' })
      .returning(),
  );
  if (inject('mailHangs'))
    await db
      .insert(channels)
      .values(channelNames.map((channel) => ({ orgId: org.id, channel, since: longAgo })));
  const actor = { kind: 'staff', userId: user.id, orgId: org.id, email, role: 'admin' } as const;
  return {
    id: org.id,
    label: String(org.id),
    email,
    actor,
    token: await tokens.signStaff(actor, new Date()),
  };
}

type MadeStatus = Extract<ProposalStatus, 'draft' | 'approved' | 'void'>;

/** A proposal of $15,750.00, with its portal token. Its status comes from the command that leads there. */
export async function createProposal(orgId: number, status: MadeStatus = 'approved', givenId?: number) {
  const content = {
    title: 'Kitchen',
    customerName: 'Ada Lovelace',
    customerEmail: 'ada@example.com',
    lineItems: [{ description: 'Kitchen', quantity: 1, unit_price_cents: 1_575_000 }],
    totalCents: 1_575_000,
    ...{ currency: 'usd', discount: {}, schedule: null, validUntil: null, terms: null },
  };
  const row = only(
    await db
      .insert(proposals)
      .values({
        ...content,
        ...(givenId ? { id: givenId } : {}),
        orgId,
        contentHash: contentHash(content, 1),
      })
      .returning(),
  );
  const { id } = row;
  const customer = { kind: 'customer', proposalId: id, orgId } as const;
  const staff = { kind: 'staff', userId: 1, orgId, email: 'admin@example.com', role: 'admin' } as const;
  if (status === 'approved') {
    const approval = { name: 'Ada Lovelace', version: 1, ip: null };
    await append({ kind: 'approve', proposalId: id, actor: customer, ...approval });
  }
  if (status === 'void') await append({ kind: 'void', proposalId: id, actor: staff });
  return { id, orgId, customer, token: await tokens.signPortal(customer, 'Test', inAnHour()) };
}

/**
 * Decides a command as a shard would and writes its entries, but not through a shard, which hears of it later. What they owe
 * is left to the repair, as by a version that knows no outbox, unless `owing`.
 */
export async function append(
  command: Command & { readonly proposalId: number | null },
  now = new Date(),
  { owing = false } = {},
): Promise<void> {
  const proposalIds = command.proposalId === null ? [] : [command.proposalId];
  const loaded = await loadGroup(db, proposalIds, lookedUpKeys(command), [], {
    depositPercent: 30,
    hasMail: true,
  });
  const { writes } = planGroup(loaded, [command], now);
  if (writes.entries.length > 0) await db.insert(activityLog).values(writes.entries);
  for (const { sql, params } of owing ? toOwe(writes.owed) : []) await db.$client.query(sql, params);
  for (const [id, status] of writes.statuses) {
    await db.update(proposals).set({ status }).where(eq(proposals.id, id));
  }
}

/** The proposal's entries, oldest first. */
export function entriesOf(proposalId: number) {
  return db.select().from(activityLog).where(eq(activityLog.proposalId, proposalId)).orderBy(activityLog.seq);
}

export async function eventsOf(proposalId: number): Promise<string[]> {
  return (await entriesOf(proposalId)).map((entry) => entry.event);
}

export async function statusOf(proposalId: number): Promise<ProposalStatus | undefined> {
  const [row] = await db.select().from(proposals).where(eq(proposals.id, proposalId));
  return row?.status;
}

export async function stripeEventOf(id: string) {
  const [row] = await db.select().from(stripeEvents).where(eq(stripeEvents.id, id));
  return row;
}

/** Rows in every table that a request could write: equal before and after, nothing was changed. */
export async function rowCounts(): Promise<unknown> {
  const { rows } = await db.execute(sql`select (select count(*) from portal_activity_log) as log,
    (select count(*) from proposals) as proposals, (select count(*) from leads) as leads,
    (select count(*) from stripe_events) as stripe_events,
    (select count(*) from sessions where ended_at is null) as sessions,
    (select sum(token_generation) from users) as generations,
    (select count(*) from invitations) as invitations,
    (select count(*) from logos) as logos, (select count(*) from second_factors) as second_factors,
    (select count(*) from recovery_codes) as recovery_codes,
    (select count(*) from audit_log) as audit`);
  return rows[0];
}

let made = 0;

/** An event as Stripe posts it when a Checkout Session is paid, with any part of the session replaced. */
export function paidEvent(
  proposal: { id: number; orgId: number },
  session: Record<string, unknown> = {},
  event: Record<string, unknown> = {},
) {
  made += 1;
  const unique = `${Date.now()}${Math.random().toString(36).slice(2)}${made}`;
  return {
    id: `evt_${unique}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    livemode: false,
    type: 'checkout.session.completed',
    ...event,
    data: {
      object: {
        id: `cs_test_${unique}`,
        object: 'checkout.session',
        amount_total: 472_500,
        currency: 'usd',
        payment_status: 'paid',
        payment_intent: `pi_${unique}`,
        metadata: { proposal_id: String(proposal.id), org_id: String(proposal.orgId) },
        ...session,
      },
    },
  };
}

/** The command that such an event becomes. */
export function settlement(proposal: { id: number; orgId: number }): Extract<Command, { kind: 'settle' }> {
  const event = paidEvent(proposal);
  const {
    id: sessionId,
    amount_total: amountCents,
    currency,
    payment_status: paymentStatus,
  } = event.data.object;
  return {
    kind: 'settle',
    proposalId: proposal.id,
    via: 'stripe',
    observation: {
      fact: 'checkout_paid',
      ...{ sessionId, proposalId: proposal.id, orgId: proposal.orgId, portalUrl: null, createdAt: null },
      ...{ amountCents, currency, paymentStatus, paymentIntent: null },
    },
    event: {
      id: event.id,
      type: event.type,
      apiVersion: null,
      livemode: false,
      payload: JSON.stringify(event),
    },
  };
}
