import type { Database } from '../db/client.ts';

/** What of each org's money is not in its books, by currency, as its courier last added it up. One request. */
export async function findBooksDifferences(db: Database) {
  const rows = await db.$client.query(select, []);
  return rows as unknown as { readonly orgId: number; readonly currency: string; readonly cents: number }[]; // sound: it selects them
}

const select = `
  select org_id::double precision as "orgId", key as currency, value::text::double precision as cents
  from books_connections, json_each(difference_cents::json) where state in ('on', 'lost') order by org_id, key limit 10000`;
