import type { OwedRow } from '../couriers/outbox.ts';
import type { Database } from '../db/client.ts';
import type { BookedObject, BookingOrder, BookingStep } from '../domain/books.ts';

/** What was made in a company's books, step by step: what is written down is not made again. */
export class Refs {
  readonly #client: Database['$client'];
  readonly #orgId: number;

  constructor(db: Database, orgId: number) {
    this.#client = db.$client;
    this.#orgId = orgId;
  }

  /** What was made of an order so far, and of its customer. One request. */
  async read(
    realmId: string,
    row: OwedRow,
    order: BookingOrder,
  ): Promise<{ [S in BookingStep]?: BookedObject }> {
    const params = [this.#orgId, realmId, row.entryKey, await customerKey(order)];
    const rows = await this.#client.query(select, params);
    // Sound: the statement selects them.
    const found = rows as unknown as (BookedObject & { step: BookingStep })[];
    return Object.fromEntries(found.map(({ step, ...made }) => [step, made]));
  }

  /**
   * Writes down what a step made, before the next one begins. A customer is written down for the entry, too: what follows is of the
   * same one, whatever becomes of the address. One request.
   */
  async write(
    realmId: string,
    row: OwedRow,
    order: BookingOrder,
    step: BookingStep,
    { id, type, number, totalCents }: BookedObject,
  ): Promise<void> {
    const { amountCents, currency, fact } = order;
    const isCustomer = step === 'customer';
    const keys = isCustomer ? [row.entryKey, await customerKey(order)] : [row.entryKey];
    const sign = fact === 'returned' ? -1 : 1;
    await this.#client.query(insert, [
      ...[this.#orgId, realmId, keys, step, type, id, number],
      ...(isCustomer ? [null, null, null] : [sign * amountCents, currency, sign * (totalCents ?? 0)]),
      ...[row.proposalId, row.entryKey],
    ]);
  }

  /** Has the next attempt find or make what a step made. One request. */
  async forget(realmId: string, row: OwedRow, order: BookingOrder, step: BookingStep): Promise<void> {
    const params = [this.#orgId, realmId, row.entryKey, await customerKey(order), step];
    await this.#client.query(forget, params);
  }
}

/** A customer of the books has one currency. The address is hashed, so that the table holds no names. */
async function customerKey({ customer, currency }: BookingOrder): Promise<string> {
  const who = customer.email.toLowerCase() || customer.name;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(who));
  return `customer:${currency}:${new Uint8Array(hash).toHex()}`;
}

/** The entry's own come last, and win. */
const select = `
  select step, type, object_id as id, number, (abs(seen_cents))::double precision as "totalCents"
  from books_refs where org_id = $1 and realm_id = $2 and key in ($3, $4) order by key = $3`;

const insert = `
  insert into books_refs (org_id, realm_id, key, step, type, object_id, number, amount_cents, currency, seen_cents, proposal_id, entry_at)
  select $1::bigint, $2::text, key, $4::text, $5::text, $6::text, $7::text, $8::bigint, $9::text, $10::bigint, $11::bigint,
    (select created_at from portal_activity_log where dedupe_key = $12)
  from unnest($3::text[]) as key
  on conflict (org_id, realm_id, key, step) do nothing`;

const forget = `
  delete from books_refs where org_id = $1 and realm_id = $2 and key in ($3, $4) and step = $5`;
