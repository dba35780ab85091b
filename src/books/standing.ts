import type { Database } from '../db/client.ts';

/** How an org's books stand: what of its money is not in them, by currency, and how much waits to be booked. */
export type BooksStanding = {
  readonly orgId: number;
  readonly differenceCents: Readonly<Record<string, number>>;
  readonly waiting: number;
};

/** Of all orgs whose books are kept, as their couriers last added them up. One request. */
export async function findBooksStanding(db: Database): Promise<BooksStanding[]> {
  return (await db.$client.query(select, [])) as unknown as BooksStanding[]; // sound: the statement selects them
}

const select = `
  select org_id::double precision as "orgId", difference_cents as "differenceCents",
    (select count(*) from outbox where outbox.org_id = books_connections.org_id and channel = 'books' and ended_at is null)
      ::double precision as waiting
  from books_connections where state in ('on', 'lost') and difference_cents is not null order by org_id limit 10000`;
