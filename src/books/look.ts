import type { Database } from '../db/client.ts';
import type { BooksAccess, BooksGateway } from '../domain/accounting.ts';
import { minorUnits } from '../domain/currency.ts';
import { bookedEvents } from '../domain/owed.ts';
import { rowKey } from '../log/outbox.ts';

/** How often what was booked is looked at over there: people change and delete things. */
export const lookMs = 24 * 3_600_000;

/**
 * Puts into the outbox what the books are owed and is missing there: from before they were connected, or appended by a version
 * that knew no books. Resolves with how many were, 5,000 at most. One request.
 */
export async function oweBookings(db: Database, orgId: number): Promise<number> {
  return (await db.$client.query(oweMissing, [orgId, bookedEvents])).length;
}

const oweMissing = `
  insert into outbox (org_id, proposal_id, channel, generation, kind, key, entry_key, due_at, try_at)
  select log.org_id, log.proposal_id, 'books', channels.generation, 'booking', ${rowKey(`'books:booking:' || log.dedupe_key`)},
    log.dedupe_key, now(), case when exists (select from outbox earlier where earlier.proposal_id = log.proposal_id
      and earlier.channel = 'books' and earlier.entry_key = log.dedupe_key and earlier.state <> 'sent' and earlier.doubt_since is not null)
      then now() + interval '3 minutes' else now() end
  from portal_activity_log log join channels on channels.org_id = log.org_id and channels.channel = 'books'
  where log.org_id = $1 and log.event = any($2::text[]) and log.created_at >= channels.since
    and not exists (select from outbox where outbox.key = ${rowKey(`'books:booking:' || log.dedupe_key`)})
  order by log.id limit 5000
  on conflict (key) do nothing returning id`;

/**
 * Adds up, by currency, the money that the log says moved since the books were connected, less what is in the books as far as we
 * saw. It counts neither the outbox nor our own word that something is booked. One request.
 */
export async function compareBooks(db: Database, orgId: number): Promise<void> {
  await db.$client.query(compare, [orgId]);
}

const compare = `
  with kept as (
    select channels.since, realm_id from channels join books_connections using (org_id)
    where org_id = $1 and channels.channel = 'books' and channels.since is not null and state in ('on', 'lost')),
  moved as (
    select lower(coalesce(meta->>'currency', (select currency from proposals where id = proposal_id))) as currency, created_at,
      (meta->>'amount_cents')::bigint * case
        when event in ('payment_success', 'payment_recorded', 'refund_failed') then 1
        when event in ('payment_reversed', 'payment_refunded') then -1
        else (coalesce(lag(meta->>'status') over dispute, '') = 'lost')::int - (meta->>'status' = 'lost')::int end as cents
    from portal_activity_log
    where org_id = $1 and event = any(array['payment_success', 'payment_recorded', 'payment_reversed', 'payment_refunded',
      'refund_failed', 'dispute_closed'])
    window dispute as (partition by event, meta->>'dispute_id' order by seq)),
  booked as (
    select currency, case
      when bool_or(seen_cents <> amount_cents)
        then (array_agg(seen_cents order by step) filter (where seen_cents <> amount_cents))[1]
      when bool_or(type = 'Invoice' and amount_cents > 0) and not bool_or(step = 'payment') then 0
      else max(amount_cents) end as cents
    from books_refs join kept using (realm_id)
    where org_id = $1 and step <> 'customer' and entry_at >= kept.since
    group by books_refs.key, currency),
  differences as (
    select currency, sum(cents) as cents from (
      select currency, cents from moved, kept where created_at >= kept.since
      union all select currency, -cents from booked) as both_sides
    group by currency)
  update books_connections set compared_at = now(),
    difference_cents = (select coalesce(json_object_agg(currency, cents::double precision), '{}') from differences)
  where org_id = $1 and exists (select from kept)`;

/** Looks at what people changed or deleted over there, and writes it down: nothing is made again. */
export async function lookAtChanges(
  db: Database,
  orgId: number,
  gateway: BooksGateway,
  access: BooksAccess,
  lookedAt: string | null,
): Promise<void> {
  const { realmId } = access;
  const begunAt = new Date();
  // A change data capture goes back 30 days, and answers a thousand changes of a kind.
  const earliest = begunAt.getTime() - 29 * lookMs;
  const from = lookedAt ? Date.parse(lookedAt) - 3_600_000 : begunAt.getTime() - lookMs;
  const since = new Date(Math.max(from, earliest));
  const changes = await gateway.listChanges(access, since);
  const known = await db.$client.query(selectRefs, [orgId, realmId, changes.map(({ id }) => id)]);
  // Sound: the statement selects them.
  const rows = known as unknown as Ref[];
  const seen = changes.flatMap(({ id, type, total, isDeleted }) => {
    const ref = rows.find((row) => row.id === id && row.type === type);
    if (!ref) return [];
    const cents = (ref.amount < 0 ? -1 : 1) * Math.round(total * minorUnits(ref.currency)) || 0; // no -0
    const isOff = isDeleted || cents !== ref.amount;
    return cents === ref.seen && isOff === ref.isOff ? [] : [{ id, type, cents, isOff }];
  });
  await db.$client.query(noteSeen, [orgId, realmId, JSON.stringify(seen), begunAt]);
}

type Ref = {
  readonly type: string;
  readonly id: string;
  readonly currency: string;
  readonly amount: number;
  readonly seen: number;
  readonly isOff: boolean;
};

const selectRefs = `
  select type, object_id as id, currency, amount_cents::double precision as amount, seen_cents::double precision as seen,
    changed_at is not null as "isOff" from books_refs
  where org_id = $1 and realm_id = $2 and object_id = any($3::text[]) and step <> 'customer'`;

const noteSeen = `
  with seen as (
    update books_refs set seen_cents = found.cents, changed_at = case when found."isOff" then coalesce(changed_at, now()) end
    from json_to_recordset($3::json) as found (id text, type text, cents bigint, "isOff" boolean)
    where org_id = $1 and realm_id = $2 and object_id = found.id and books_refs.type = found.type)
  update books_connections set looked_at = $4 where org_id = $1 and realm_id = $2`;
