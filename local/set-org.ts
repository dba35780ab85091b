import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { orgs, type StoredDeposit } from '../src/db/schema.ts';
import { isTimeZone } from '../src/domain/calendar.ts';
import { toMinorUnits } from '../src/domain/currency.ts';
import { decimalsOf } from '../src/domain/rounding.ts';
import { exitWith, requireDatabaseUrl } from './command-line.ts';
import { withClient } from './postgres.ts';

// `DATABASE_URL=… npm run org:set -- --org 1 --deposit 30%`: what new proposals of an org start with. Versions that exist
// keep their terms; the time zone and paying in full are the org's, and hold at once. It prints what the org has then.

const usage = `Usage: npm run org:set -- --org ID [--time-zone Europe/Berlin] [--deposit 30% | 400.00 | none]
  [--valid-days 30 | none] [--pay-in-full yes | no] [--terms TEXT | none]`;

async function setOrg(): Promise<void> {
  const { values } = parseArgs({
    options: {
      org: { type: 'string' },
      'time-zone': { type: 'string' },
      deposit: { type: 'string' },
      'valid-days': { type: 'string' },
      'pay-in-full': { type: 'string' },
      terms: { type: 'string' },
    },
  });
  const id = Number(values.org);
  if (!Number.isSafeInteger(id) || id < 1) throw new Error(usage);
  await withClient(requireDatabaseUrl(), async (client) => {
    const db = drizzle(client, { casing: 'snake_case' });
    const [org] = await db.select().from(orgs).where(eq(orgs.id, id));
    if (!org) throw new Error(`There is no org ${id}.`);
    const { 'time-zone': timeZone, deposit, 'valid-days': days, 'pay-in-full': payInFull, terms } = values;
    const set = {
      ...(timeZone === undefined ? {} : { timeZone: toTimeZone(timeZone) }),
      ...(deposit === undefined ? {} : toDeposit(deposit, org.currency)),
      ...(days === undefined ? {} : { validDays: days === 'none' ? null : toDays(days) }),
      ...(payInFull === undefined ? {} : { payInFull: toYesOrNo(payInFull) }),
      ...(terms === undefined ? {} : { terms: terms === 'none' ? null : terms }),
    };
    if (Object.keys(set).length > 0) await db.update(orgs).set(set).where(eq(orgs.id, id));
    const after = { ...org, ...set };
    const shown = {
      ...{ org: id, name: after.name, currency: after.currency, time_zone: after.timeZone ?? 'UTC' },
      deposit: after.deposit ?? (after.depositPercent ? { percent: after.depositPercent } : 'as deployed'),
      ...{ valid_days: after.validDays, pay_in_full: after.payInFull, terms: after.terms },
    };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  });
}

function toTimeZone(name: string): string {
  if (isTimeZone(name)) return name;
  throw new Error(`${name} is not a time zone.`);
}

/** A whole percentage is kept where earlier releases look for it, too. */
function toDeposit(text: string, currency: string): { deposit: StoredDeposit; depositPercent?: number } {
  if (text === 'none') return { deposit: { none: true } };
  if (text.endsWith('%')) {
    const percent = Number(text.slice(0, -1));
    if (!(percent > 0 && percent <= 100) || decimalsOf(percent) > 2) {
      throw new Error(`${text} is not a percentage above 0, to 100, with two decimals at most.`);
    }
    return { deposit: { percent }, ...(Number.isInteger(percent) ? { depositPercent: percent } : {}) };
  }
  const cents = /^\d{1,10}(\.\d{1,3})?$/.test(text) ? toMinorUnits(text, currency) : null;
  if (!cents) throw new Error(`${text} is neither a percentage, such as 30%, nor an amount of ${currency}.`);
  return { deposit: { amount_cents: cents } };
}

function toDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new Error(`${text} is not a number of days from 1 to 3650.`);
}

function toYesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new Error(`${text} is neither yes nor no.`);
}

await setOrg().catch(exitWith);
