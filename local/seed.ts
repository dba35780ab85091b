import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { hashPassword } from '../src/auth/password.ts';
import { activityLog, channels, orgs, proposals, users } from '../src/db/schema.ts';
import { type LineItem, priceOf } from '../src/domain/pricing.ts';
import { contentHash, hashVersion } from '../src/proposals/content-hash.ts';
import { withClient } from './postgres.ts';

/** The password of every seeded account. */
export const seedPassword = 'password';

/** The admin of the seeded org 1. */
export const seedEmail = 'admin@peakpro.io';

/**
 * Fills an empty database with two sample orgs, whose customers have addresses that Resend keeps for tests. A database that holds an org already is left as it is.
 */
export async function seed(postgresUrl: string): Promise<void> {
  await withClient(postgresUrl, async (client) => {
    const db = drizzle(client, { casing: 'snake_case' });
    if ((await db.$count(orgs)) > 0) return;

    const passwordHash = await hashPassword(seedPassword);
    const seven = proposal(
      7,
      1,
      'Kitchen renovation',
      ['Ada Lovelace', 'delivered+ada@resend.dev'],
      [
        { description: 'Cabinets, oak, fitted', quantity: 1, unit_price_cents: 980_000 },
        { description: 'Worktop, granite, per metre', quantity: 5, unit_price_cents: 74_000 },
        { description: 'Installation, per day', quantity: 5, unit_price_cents: 45_000 },
      ],
    );
    const eight = proposal(
      8,
      1,
      'Bathroom renovation',
      ['Grace Hopper', 'delivered+grace@resend.dev'],
      [
        { description: 'Tiles and fitting, per square metre', quantity: 24, unit_price_cents: 18_500 },
        { description: 'Shower cabin', quantity: 1, unit_price_cents: 246_000 },
      ],
    );
    const nine = proposal(
      9,
      2,
      'Roof repair',
      ['Alan Turing', 'delivered+alan@resend.dev'],
      [{ description: 'Repair, per square metre', quantity: 40, unit_price_cents: 9_900 }],
    );

    await db.transaction(async (tx) => {
      await tx.insert(orgs).values([
        { id: 1, name: 'PeakPro', currency: 'usd', email: seedEmail },
        { id: 2, name: 'Summit Roofing', currency: 'usd', email: 'admin@summit.example' },
      ]);
      await tx.insert(channels).values([
        { orgId: 1, channel: 'mail' },
        { orgId: 2, channel: 'mail' },
      ]);
      await tx.insert(users).values([
        { id: 1, orgId: 1, email: seedEmail, passwordHash, role: 'admin' },
        { id: 2, orgId: 2, email: 'admin@summit.example', passwordHash, role: 'admin' },
      ]);
      await tx.insert(proposals).values([{ ...seven, status: 'approved' }, eight, nine]);
      await tx.insert(activityLog).values({
        orgId: 1,
        proposalId: 7,
        seq: 1,
        event: 'approve',
        actor: 'customer',
        meta: { name: 'Ada Lovelace', version: 1, ip: null, content_hash: seven.contentHash },
        dedupeKey: 'approve:7:v1',
      });
      // The ids above were given, so the sequences have not counted them.
      for (const table of ['orgs', 'users', 'proposals']) {
        const name = sql.identifier(table);
        await tx.execute(
          sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) from ${name}))`,
        );
      }
    });
  });
}

function proposal(
  id: number,
  orgId: number,
  title: string,
  [customerName, customerEmail]: [string, string],
  lineItems: LineItem[],
) {
  const { totalCents } = priceOf(lineItems, {}, 'usd');
  const terms = { discount: {}, schedule: null, validUntil: null, terms: null };
  const content = { title, currency: 'usd', customerName, customerEmail, lineItems, totalCents, ...terms };
  return { id, orgId, ...content, contentHash: contentHash(content, hashVersion), hashVersion };
}
