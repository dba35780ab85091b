import { sql } from 'drizzle-orm';
import type { Database } from '../db/client.ts';
import { reportedStates, suppressions } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { toAsciiAddress } from '../domain/email-address.ts';
import type { OwedKind } from '../domain/owed.ts';
import { decodeMailEvent, type MailReport } from '../resend/decode-event.ts';
import { type SignedHeaders, verifySignature } from '../resend/verify-signature.ts';

/**
 * Takes one event of Resend about a mail: delivered, bounced or complained about. An address that bounced or complained is
 * mailed no more by the org; where it is a customer's, the log has an entry. Resolves when all of it is recorded, also if it
 * was before; throws so that Resend tries again. Its permission is the signature. Two requests, and one call to the shard
 * for what a customer's mail server refused.
 */
export async function recordReport(deps: Deps, rawBody: string, headers: SignedHeaders): Promise<void> {
  const { config, db, shards, now } = deps;
  await verifySignature(rawBody, headers, config.resendWebhookSecrets, now());
  const report = decodeMailEvent(rawBody);
  if (!report) return;
  const mail = await note(db, report);
  if (!mail) return; // another product's, which shares the account
  const { kind } = mail;
  const labels = { channel: 'mail', kind, outcome: report.state };
  if (mail.isNews) deps.count({ metric: 'crm_portal_owed_total', labels, value: 1 });
  if (report.state === 'delivered') return;
  // A vendor's domains are in ASCII. A corrected address is no news: the one that refused the mail is not on file any more.
  const { customerEmail } = mail;
  const isOnFile = customerEmail !== null && toAsciiAddress(customerEmail) === report.to;
  const email =
    mail.people.find((address) => toAsciiAddress(address) === report.to) ??
    (isOnFile ? customerEmail : report.to);
  await db
    .insert(suppressions)
    .values({ orgId: mail.orgId, email, reason: report.state })
    .onConflictDoNothing();
  if (kind === 'notice' || mail.proposalId === null || !isOnFile) return;
  const { proposalId, id: mailId } = mail;
  await shards.execute({ kind: 'note_bounce', proposalId, via: 'mail', mailId, reason: report.state });
}

type Noted = {
  readonly id: string;
  readonly orgId: number;
  readonly proposalId: number | null;
  readonly kind: OwedKind;
  /** As it is now, in lower case. */
  readonly customerEmail: string | null;
  readonly isNews: boolean;
  /** The org's people, as they are on file. */
  readonly people: readonly string[];
};

/**
 * Notes the report on the mail's row; null where we have no such mail. It never replaces a worse one, and it says that a mail
 * whose sending was in doubt is out.
 */
async function note(db: Database, { state, vendorId, mailId }: MailReport): Promise<Noted | null> {
  const { rows } = await db.execute<Noted>(sql`
    with mail as (
      select * from outbox where channel = 'mail'
        and (id = ${mailId}::uuid or (${mailId}::uuid is null and vendor_id = ${vendorId})) limit 1),
    noted as (
      update outbox set reported = ${state}, reported_at = now(), vendor_id = coalesce(outbox.vendor_id, ${vendorId}),
        state = 'sent', ended_at = coalesce(outbox.ended_at, now()), leased_until = null
      from mail where outbox.id = mail.id
        and coalesce(array_position(${sql.param(reportedStates)}::text[], outbox.reported), 9)
          > array_position(${sql.param(reportedStates)}::text[], ${state})
      returning outbox.id)
    select id, org_id::float8 as "orgId", proposal_id::float8 as "proposalId", kind,
      (select lower(customer_email) from proposals where id = mail.proposal_id) as "customerEmail",
      exists (select from noted) as "isNews",
      (select coalesce(json_agg(lower(email)), '[]') from users where org_id = mail.org_id) as people
    from mail`);
  return rows[0] ?? null;
}
