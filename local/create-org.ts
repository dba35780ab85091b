import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { drizzle } from 'drizzle-orm/node-postgres';
import { hashPassword } from '../src/auth/password.ts';
import { channels, orgs, users } from '../src/db/schema.ts';
import { exitWith, requireDatabaseUrl } from './command-line.ts';
import { withClient } from './postgres.ts';

// `DATABASE_URL=… npm run org:create -- --name "PeakPro" --email admin@peakpro.io`: creates an org and its
// first admin, and prints the admin's password once. Mail is on; answers to it go to the admin.

const usage =
  'Usage: npm run org:create -- --name NAME --email EMAIL [--currency usd] [--deposit-percent 30]';

async function createOrg(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      email: { type: 'string' },
      currency: { type: 'string', default: 'usd' },
      'deposit-percent': { type: 'string' },
    },
  });
  const { name, currency } = values;
  const email = values.email?.trim().toLowerCase();
  if (!name || !email?.includes('@')) throw new Error(usage);
  if (!Intl.supportedValuesOf('currency').includes(currency.toUpperCase())) {
    throw new Error(`${currency} is not a currency.`);
  }

  const password = randomBytes(15).toString('base64url');
  const passwordHash = await hashPassword(password);
  const percent = values['deposit-percent'];
  const depositPercent = percent === undefined ? null : Number(percent);
  if (depositPercent !== null && !(depositPercent >= 1 && depositPercent <= 100)) throw new Error(usage);
  const orgId = await withClient(requireDatabaseUrl(), (client) =>
    drizzle(client, { casing: 'snake_case' }).transaction(async (tx) => {
      const [org] = await tx
        .insert(orgs)
        .values({ name, currency: currency.toLowerCase(), depositPercent, email })
        .returning({ id: orgs.id });
      if (!org) throw new Error('The org was not created.');
      await tx.insert(users).values({ orgId: org.id, email, passwordHash, role: 'admin' });
      await tx.insert(channels).values({ orgId: org.id, channel: 'mail' });
      return org.id;
    }),
  );
  process.stdout.write(`Org ${orgId} "${name}"\n${email} / ${password}\n`);
}

await createOrg().catch(exitWith);
