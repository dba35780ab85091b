import type { OwedRow } from '../couriers/outbox.ts';
import type { Database } from '../db/client.ts';
import { defaultTimeZone } from '../db/org-defaults.ts';
import type { BookingOrder } from '../domain/books.ts';
import { dateIn } from '../domain/calendar.ts';
import type { NewEntry } from '../domain/entry.ts';
import { type BookedContent, bookingsOf } from '../domain/ledger.ts';

type Row = {
  readonly content: BookedContent & { readonly currency: string; readonly version: number };
  readonly customerName: string;
  readonly customerEmail: string;
  readonly timeZone: string | null;
  readonly entries: readonly (NewEntry & { readonly createdAt: string })[];
};

/**
 * What an owed row is booked as; null where its entry moved no money. The whole history of its proposal is read, since what was
 * held before decides where money goes. One request.
 */
export async function readOrder(
  db: Database,
  { proposalId, orgId, entryKey }: Pick<OwedRow, 'proposalId' | 'orgId' | 'entryKey'>,
  portalUrl: string,
): Promise<BookingOrder | null> {
  const [found] = await db.$client.query(query, [proposalId, orgId]);
  if (!found) throw new Error('What is owed has no proposal.');
  const { content, customerName, customerEmail, timeZone, entries } = found as Row; // sound: the statement selects it
  const booking = bookingsOf(content, entries).get(entryKey);
  const entry = entries.find(({ dedupeKey }) => dedupeKey === entryKey);
  if (!booking || !entry) return null;
  const { event, meta, seq, createdAt } = entry;
  const date =
    event === 'payment_recorded'
      ? meta.received_on
      : dateIn(timeZone ?? defaultTimeZone, new Date(createdAt));
  const url = `${portalUrl}/staff/proposals/${proposalId}`;
  return {
    ...booking,
    key: `${portalUrl} ${entryKey}`,
    number: `PD${proposalId}-${seq}`.slice(0, 21),
    date,
    note: [content.title, url, stripeIdOf(entry)].filter(Boolean).join(', '),
    customer: { name: customerName, email: customerEmail },
  };
}

/** Where the money is found at Stripe. */
function stripeIdOf(entry: NewEntry): string | null {
  switch (entry.event) {
    case 'payment_success':
    case 'payment_refunded':
    case 'refund_failed':
    case 'dispute_closed':
      return entry.meta.payment_intent ?? entry.meta.stripe_session_id;
    default:
      return null;
  }
}

const query = `
  select jsonb_build_object('title', title, 'line_items', line_items, 'total_cents', total_cents,
      'currency', proposals.currency, 'version', version) || coalesce(discount, '{}') as content,
    customer_name as "customerName", customer_email as "customerEmail", time_zone as "timeZone",
    (select coalesce(json_agg(json_build_object('event', event, 'actor', actor, 'meta', meta, 'seq', seq,
        'dedupeKey', dedupe_key, 'createdAt', created_at) order by seq), '[]')
      from portal_activity_log where proposal_id = proposals.id and event <> 'view') as entries
  from proposals join orgs on orgs.id = proposals.org_id
  where proposals.id = $1 and orgs.id = $2`;
