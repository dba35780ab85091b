import { runInDurableObject } from 'cloudflare:test';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { expect, onTestFinished, vi } from 'vitest';
import { type Fault, Mailbox } from '../../local/mailbox/mailbox.ts';
import { channels, outbox, proposals, users } from '../../src/db/schema.ts';
import { bindings, createOrg, createProposal, db, tokens } from './world.ts';

const original = globalThis.fetch;

/** Puts the mailbox where Resend is, until the test ends. No spy, so that tests can still put theirs around it. */
export function playMailbox(
  mailbox = new Mailbox(),
  nextFault?: (mail: string) => Fault | undefined,
): Mailbox {
  globalThis.fetch = async (input, init) => {
    if (!String(input).startsWith('http://mail.test/')) return original(input, init);
    const headers = Object.fromEntries(new Headers(init?.headers));
    const answer = mailbox.send(
      headers,
      String(init?.body),
      nextFault?.(String(init?.body)) ?? mailbox.faults.shift(),
    );
    if (answer === 'lost') throw new TypeError('Network connection lost.');
    if (answer !== 'hang') {
      const answerHeaders = (answer.headers ?? {}) as HeadersInit;
      return Response.json(answer.body, { status: answer.status, headers: answerHeaders });
    }
    return new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
  };
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  return mailbox;
}

/** An org with an admin, and mail on. */
export async function createMailingOrg() {
  const org = await createOrg();
  await db
    .insert(channels)
    .values({ orgId: org.id, channel: 'mail', since: sql`now() - interval '1 minute'` })
    .onConflictDoNothing();
  return org;
}

/** Such an org, whose admin has an address that the vendor takes, and a draft for a customer with this address. */
export async function createMailingProposal(
  to: string,
  adminEmail = `delivered+${crypto.randomUUID()}@resend.dev`,
) {
  const org = await createMailingOrg();
  const proposal = await createProposal(org.id, 'draft');
  // Their addresses are not unique to this org where a test says so.
  await db.update(users).set({ email: adminEmail }).where(eq(users.orgId, org.id));
  await db
    .update(proposals)
    .set({ customerEmail: to, customerName: 'Ada' })
    .where(eq(proposals.id, proposal.id));
  const [row] = await db.select().from(proposals).where(eq(proposals.id, proposal.id));
  // The new address began another generation of links.
  const customer = { kind: 'customer', proposalId: proposal.id, orgId: org.id } as const;
  const generation = row?.linkGeneration ?? 0;
  const token = await tokens.signPortal(
    { ...customer, generation },
    'Test',
    new Date(Date.now() + 3_600_000),
  );
  return { org, proposal: { ...proposal, token } };
}

/** What is owed of a proposal. */
export function owedOf(proposalId: number) {
  return db.select().from(outbox).where(eq(outbox.proposalId, proposalId)).orderBy(outbox.key);
}

/** The mails about a proposal, the oldest first: couriers of other tests may be at work too. */
export function mailsOf(mailbox: Mailbox, proposalId: number) {
  return mailbox.messages.filter(({ proposal_id: about }) => about === proposalId);
}

/** As if so much time had passed for the org's outbox. */
export function passTime(orgId: number, ms: number) {
  const earlier = (column: string) => sql.raw(`${column} = ${column} - interval '${ms} milliseconds'`);
  const columns = ['due_at', 'try_at', 'leased_until', 'doubt_since', 'created_at'].map(earlier);
  return db.execute(
    sql`update outbox set ${sql.join(columns, sql`, `)} where org_id = ${orgId} and ended_at is null`,
  );
}

/** Has the org's courier deliver what is due, and waits for what its own alarm may be at. */
export async function deliver(orgId: number): Promise<void> {
  await runInDurableObject(bindings.COURIER.getByName(String(orgId)), (courier) => courier.alarm());
  const claimed = and(eq(outbox.orgId, orgId), isNull(outbox.endedAt), gt(outbox.leasedUntil, sql`now()`));
  await vi.waitFor(async () => expect(await db.$count(outbox, claimed)).toBe(0), { timeout: 5_000 });
}
