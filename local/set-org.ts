import { parseArgs } from 'node:util';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import * as v from 'valibot';
import { channels, orgs, type StoredDeposit } from '../src/db/schema.ts';
import { isTimeZone } from '../src/domain/calendar.ts';
import { toMinorUnits } from '../src/domain/currency.ts';
import { type Audience, audiences, type Notify, type Topic, topics } from '../src/domain/notify.ts';
import { decimalsOf } from '../src/domain/rounding.ts';
import { email as emailSchema } from '../src/http/fields.ts';
import { defaultReminderDays } from '../src/mail/shares.ts';
import { exitWith, requireDatabaseUrl } from './command-line.ts';
import { withClient } from './postgres.ts';

// `DATABASE_URL=… npm run org:set -- --org 1 --deposit 30%`: what new proposals of an org start with. Versions that exist
// keep their terms; the time zone and paying in full are the org's, and hold at once. It prints what the org has then.

const usage = `Usage: npm run org:set -- --org ID [--time-zone Europe/Berlin] [--deposit 30% | 400.00 | none]
  [--valid-days 30 | none] [--pay-in-full yes | no] [--terms TEXT | none]
  [--email ADDRESS | none] [--mail on | off] [--reminders 1,3,7 | none] [--next-steps TEXT | none]
  [--notify viewed=none,paid=admins,…]`;

async function setOrg(): Promise<void> {
  const { values } = parseArgs({
    options: {
      org: { type: 'string' },
      'time-zone': { type: 'string' },
      deposit: { type: 'string' },
      'valid-days': { type: 'string' },
      'pay-in-full': { type: 'string' },
      terms: { type: 'string' },
      email: { type: 'string' },
      mail: { type: 'string' },
      reminders: { type: 'string' },
      'next-steps': { type: 'string' },
      notify: { type: 'string' },
    },
  });
  const id = Number(values.org);
  if (!Number.isSafeInteger(id) || id < 1) throw new Error(usage);
  await withClient(requireDatabaseUrl(), async (client) => {
    const db = drizzle(client, { casing: 'snake_case' });
    const [org] = await db.select().from(orgs).where(eq(orgs.id, id));
    if (!org) throw new Error(`There is no org ${id}.`);
    const {
      'time-zone': timeZone,
      deposit,
      'valid-days': days,
      'pay-in-full': payInFull,
      terms,
      email,
      mail,
      reminders,
      'next-steps': nextSteps,
      notify,
    } = values;
    const set = {
      ...(timeZone === undefined ? {} : { timeZone: toTimeZone(timeZone) }),
      ...(deposit === undefined ? {} : toDeposit(deposit, org.currency)),
      ...(days === undefined ? {} : { validDays: days === 'none' ? null : toDays(days) }),
      ...(payInFull === undefined ? {} : { payInFull: toYesOrNo(payInFull) }),
      ...(terms === undefined ? {} : { terms: terms === 'none' ? null : terms }),
      ...(email === undefined ? {} : { email: toAddress(email) }),
      ...(reminders === undefined ? {} : { reminderDays: toReminderDays(reminders) }),
      ...(nextSteps === undefined ? {} : { nextSteps: toNextSteps(nextSteps) }),
      ...(notify === undefined ? {} : { notify: { ...org.notify, ...toNotify(notify) } }),
    };
    if (mail !== undefined && mail !== 'on' && mail !== 'off')
      throw new Error(`${mail} is neither on nor off.`);
    if (Object.keys(set).length > 0) await db.update(orgs).set(set).where(eq(orgs.id, id));
    const ofOrg = and(eq(channels.orgId, id), eq(channels.channel, 'mail'));
    if (mail === 'off') await db.update(channels).set({ since: null }).where(ofOrg);
    if (mail === 'on') {
      // Each time it is switched on is another generation, and owes nothing for what happened before.
      const generation = sql`${channels.generation} + 1`;
      const again = { generation, since: sql`now()` };
      await db.insert(channels).values({ orgId: id, channel: 'mail' }).onConflictDoNothing();
      await db
        .update(channels)
        .set(again)
        .where(and(ofOrg, isNull(channels.since)));
    }
    const [channel] = await db.select().from(channels).where(ofOrg);
    const after = { ...org, ...set };
    const shown = {
      org: id,
      name: after.name,
      currency: after.currency,
      time_zone: after.timeZone ?? 'UTC',
      deposit: after.deposit ?? (after.depositPercent ? { percent: after.depositPercent } : 'as deployed'),
      valid_days: after.validDays,
      pay_in_full: after.payInFull,
      terms: after.terms,
      email: after.email,
      mail: channel?.since ? 'on' : 'off',
      reminders: after.reminderDays ?? defaultReminderDays,
      next_steps: after.nextSteps,
      notify: Object.fromEntries(topics.map((topic) => [topic, after.notify?.[topic] ?? 'everyone'])),
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

/** Where answers to the org's mail go. */
function toAddress(text: string): string | null {
  if (text === 'none') return null;
  if (v.is(emailSchema, text)) return text;
  throw new Error(`${text} is no address.`);
}

/** Up to three days, in order, each within 60 days. */
function toReminderDays(text: string): number[] {
  if (text === 'none') return [];
  const days = text.split(',').map(Number);
  const isInOrder = days.every((day, index) => day > (days[index - 1] ?? 0));
  if (days.length <= 3 && isInOrder && days.every((day) => Number.isInteger(day) && day <= 60)) return days;
  throw new Error(`${text} are not up to three days in order, such as 1,3,7.`);
}

function toNextSteps(text: string): string | null {
  if (text === 'none') return null;
  if (text.trim() !== '' && text.length <= 1_000) return text.trim();
  throw new Error('What happens next is a text of up to 1,000 letters.');
}

/** `viewed=none,paid=admins`: what is left out stays as it is. */
function toNotify(text: string): Notify {
  const choices = text.split(',').map((choice) => choice.split('=') as [Topic, Audience]);
  const wrong = choices.find(([topic, who]) => !topics.includes(topic) || !audiences.includes(who));
  if (!wrong) return Object.fromEntries(choices);
  throw new Error(
    `Cannot set ${wrong.join('=')}. Topics: ${topics.join(', ')}. Readers: ${audiences.join(', ')}.`,
  );
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
