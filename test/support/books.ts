import { eq, sql } from 'drizzle-orm';
import { onTestFinished } from 'vitest';
import type { IntuitCompany } from '../../local/intuit/company.ts';
import { Intuit } from '../../local/intuit/intuit.ts';
import { Connections } from '../../src/books/connection.ts';
import { readConfig } from '../../src/config.ts';
import { booksConnections, channels } from '../../src/db/schema.ts';
import type { BookingMode } from '../../src/domain/books.ts';
import { createQuickBooks } from '../../src/quickbooks/gateway.ts';
import { bindings, createOrg, db } from './world.ts';

const original = globalThis.fetch;

const config = readConfig(bindings);

/** The adapter as it is deployed, but without its pace. */
export const quickBooks = () => createQuickBooks(() => config.quickBooks, 0);

export const booksKeys = config.booksKeys;

/** Puts the stand-in where Intuit is, until the test ends. */
export function playIntuit(intuit = new Intuit()): Intuit {
  globalThis.fetch = async (input, init) => {
    const url = String(input);
    if (!url.startsWith('http://intuit.test/')) return original(input, init);
    const answer = intuit.handle({
      method: init?.method ?? 'GET',
      path: url.slice('http://intuit.test'.length),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: String(init?.body ?? ''),
    });
    if (answer === 'lost') throw new TypeError('Network connection lost.');
    if (answer !== 'hang') {
      const { status, body, headers = {}, isText } = answer;
      return isText
        ? new Response(String(body), { status, headers })
        : Response.json(body, { status, headers });
    }
    return new Promise((_, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });
  };
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  return intuit;
}

/** Lets a company in, as a person's consent and the callback do. */
export async function consent(intuit: Intuit, orgId: number, company: IntuitCompany): Promise<void> {
  const gateway = quickBooks();
  const tokens = await gateway.exchange(intuit.consent(company.realmId, config.quickBooks.redirectUri));
  const connections = new Connections(db, orgId, gateway, () => booksKeys);
  if (!(await connections.save(company.realmId, company.name, tokens))) throw new Error('It is taken.');
}

/** An org whose books are kept in a company of the stand-in since long ago. */
export async function createBookingOrg(intuit: Intuit, mode: BookingMode = 'invoice', currency = 'usd') {
  const org = await createOrg({ currency });
  const company = intuit.addCompany(`Company ${org.id}`, `9130${org.id}`);
  company.currency = currency.toUpperCase();
  await consent(intuit, org.id, company);
  const gateway = quickBooks();
  const connections = new Connections(db, org.id, gateway, () => booksKeys);
  const access = connections.accessOf({ realmId: company.realmId });
  const depositItem = await gateway.make(access, 'deposit_item');
  const incomeItem = await gateway.make(access, 'income_item');
  const clearing = await gateway.make(access, 'clearing_account');
  const { accounts } = await gateway.listChoices(access);
  const other = accounts.find(({ name }) => name === 'Undeposited Funds');
  const settings = {
    mode,
    depositItemId: depositItem.id,
    incomeItemId: incomeItem.id,
    clearingAccountId: clearing.id,
    otherAccountId: other?.id ?? '',
    taxCodeId: null,
  };
  await db.update(booksConnections).set({ state: 'on', settings }).where(eq(booksConnections.orgId, org.id));
  await db
    .insert(channels)
    .values({ orgId: org.id, channel: 'books', since: sql`now() - interval '1 hour'` });
  return { org, company, connections };
}
