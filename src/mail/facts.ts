import type { Config } from '../config.ts';
import type { OwedRow } from '../couriers/outbox.ts';
import type { Database } from '../db/client.ts';
import type { SuppressionReason } from '../db/schema.ts';
import type { Role } from '../domain/actor.ts';
import type { LogEvent } from '../domain/entry.ts';
import type { Locale } from '../domain/letterhead.ts';
import type { Notify } from '../domain/notify.ts';
import type { Proposal } from '../domain/proposal.ts';
import { type Deployment, loadGroup } from '../log/load.ts';
import type { Letterhead } from './message.ts';
import { texts } from './texts.ts';

/** One of the org's people. */
export type Person = { readonly id: number; readonly email: string; readonly role: Role };

/** What a mail is made of: the entry that owes it, and how its proposal stands by now. */
export type Facts = {
  readonly entry: LogEvent & { readonly createdAt: Date };
  readonly proposal: Proposal;
  readonly orgName: string;
  /** Where answers go. */
  readonly orgEmail: string | null;
  readonly letterhead: Letterhead;
  /** How dates and money are written; null is US English. */
  readonly locale: Locale | null;
  /** What happens after a payment, in the org's own words. */
  readonly nextSteps: string | null;
  /** After how many days customers are reminded; null is the default. */
  readonly reminderDays: readonly number[] | null;
  readonly notify: Notify | null;
  /** The org's active users. */
  readonly people: readonly Person[];
  /** The org's suppressions of the customer's and its people's addresses, which are in lower case. */
  readonly suppressed: readonly { readonly email: string; readonly reason: SuppressionReason }[];
  /** The version that was sent before the entry, and its total, where another has replaced it since. */
  readonly before: { readonly version: number; readonly totalCents: number | null } | null;
  /** Whether the customer had looked at the proposal, or had declined it as it was, or it was void, before the entry. */
  readonly earlier: { readonly wasViewed: boolean; readonly wasDeclined: boolean; readonly wasVoid: boolean };
  /** The customer's words, where they declined. */
  readonly comment: string | null;
};

/** Two requests, side by side. */
export async function readFacts(
  db: Database,
  row: OwedRow,
  deployment: Deployment & Pick<Config, 'portalUrl'>,
): Promise<Facts> {
  const [[found], { proposals }] = await Promise.all([
    db.$client.query(query, [row.entryKey, row.orgId]),
    loadGroup(db, [row.proposalId], [], [], deployment),
  ]);
  const proposal = proposals.get(row.proposalId);
  // Both are there before the row of the outbox is.
  if (!found || !proposal) throw new Error('What is owed has no entry.');
  const { createdAt, letterhead, ...facts } = found as Omit<Facts, 'proposal' | 'entry' | 'letterhead'> &
    LogEvent & { createdAt: string; letterhead: StoredLetterhead };
  const { event, meta, ...others } = facts;
  // Sound: the log holds such pairs.
  const entry = { event, meta, createdAt: new Date(createdAt) } as Facts['entry'];
  return { ...others, entry, proposal, letterhead: toLetterhead(letterhead, deployment.portalUrl) };
}

type StoredLetterhead = Readonly<
  Record<'logo' | 'colour' | 'address' | 'phone' | 'web' | 'taxId', string | null>
>;

function toLetterhead(
  { logo, colour, address, phone, web, taxId }: StoredLetterhead,
  portalUrl: string,
): Letterhead {
  const lines = [...(address?.split('\n') ?? []), phone, web, taxId && texts.message.taxId(taxId)];
  return {
    logoUrl: logo && !logo.endsWith('.svg') ? `${portalUrl}/logos/${logo}` : null,
    colour,
    lines: lines.filter((line) => !!line).map(String),
  };
}

const query = `
  with entry as (select * from portal_activity_log where dedupe_key = $1),
    earlier as (select log.* from portal_activity_log log join entry
      on log.proposal_id = entry.proposal_id and log.seq < entry.seq),
    sent as (select (meta->>'version')::int as version from earlier where event = 'sent' order by seq desc limit 1)
  select event, meta, entry.created_at as "createdAt", orgs.name as "orgName", orgs.email as "orgEmail",
    orgs.locale, json_build_object('logo', orgs.logo, 'colour', orgs.colour, 'address', orgs.address, 'phone', orgs.phone,
      'web', orgs.web, 'taxId', orgs.tax_id) as letterhead, orgs.next_steps as "nextSteps", orgs.reminder_days as "reminderDays", orgs.notify,
    (select coalesce(json_agg(json_build_object('id', id, 'email', email, 'role', role) order by id), '[]')
      from users where org_id = orgs.id and deactivated_at is null) as people,
    (select coalesce(json_agg(json_build_object('email', email, 'reason', reason)), '[]')
      from suppressions where org_id = orgs.id and email in (
        select email from users where org_id = orgs.id
        union all select lower(customer_email) from proposals where id = entry.proposal_id)) as suppressed,
    (select json_build_object('version', sent.version, 'totalCents',
        (select (meta->'replaced'->>'total_cents')::float8 from earlier
          where event = 'revised' and (meta->>'version')::int = sent.version + 1))
      from sent where sent.version < (entry.meta->>'version')::int) as before,
    json_build_object('wasViewed', exists (select from earlier where event = 'view'),
      'wasVoid', exists (select from earlier where event = 'void'),
      'wasDeclined', coalesce((select event = 'declined' from earlier
        where event in ('declined', 'revised', 'approve') order by seq desc limit 1), false)) as earlier,
    (select text from proposal_comments where id = (entry.meta->>'comment_id')::uuid) as comment
  from entry join orgs on orgs.id = entry.org_id
  where orgs.id = $2`;
