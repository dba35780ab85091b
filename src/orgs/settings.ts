import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { decodeBase64, encodeBase64 } from 'hono/utils/encode';
import type { InferOutput } from 'valibot';
import type { Config } from '../config.ts';
import type { Database } from '../db/client.ts';
import { defaultDeposit, defaultTimeZone } from '../db/org-defaults.ts';
import { readAs } from '../db/read-as.ts';
import { channels, orgs } from '../db/schema.ts';
import { writeAs } from '../db/write-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { type Audience, type Topic, topics } from '../domain/notify.ts';
import { authorize } from '../domain/permissions.ts';
import { defaultReminderDays } from '../mail/shares.ts';
import { type FirstSteps, firstSteps } from './first-steps.ts';
import { type Logo, toLogo } from './logo.ts';
import type { ChangeOrgBody } from './schemas.ts';

/** What an admin changes of an org. What is missing stays as it is. */
type Change = InferOutput<typeof ChangeOrgBody>;

/** An org as it is set up; what it has not set is as deployed. One request. */
export async function getSettings({ db, config }: Deps, actor: Staff) {
  authorize(actor, 'org:read');
  const [[org], [mail]] = await readAs(db, actor, selectSettings(db, actor));
  return toSettings(config, org, mail);
}

/**
 * Changes how an org is set up, and answers how it is then. Versions of proposals that exist keep their terms; mail that is switched on
 * owes nothing for what happened before. One request.
 */
export async function changeSettings(deps: Deps, actor: Staff, change: Change, ip: string | null) {
  authorize(actor, 'org:write');
  const { db, config } = deps;
  const { orgId, userId } = actor;
  const names = Object.keys(change).sort();
  if (names.length === 0) return getSettings(deps, actor);
  const { mail, notify } = change;
  const logo = change.logo ? await toLogo(decodeBase64(change.logo)) : null;
  // What is undefined stays as it is.
  const set = {
    name: change.name ?? sql`name`,
    email: change.email,
    address: change.address === '' ? null : change.address,
    phone: change.phone,
    web: change.web,
    taxId: change.tax_id,
    logo: change.logo === undefined ? undefined : (logo?.file ?? null),
    colour: change.colour,
    locale: change.locale,
    paperSize: change.paper_size,
    timeZone: change.time_zone,
    ...(change.deposit === undefined ? {} : toStored(change.deposit)),
    validDays: change.valid_days,
    payInFull: change.pay_in_full,
    terms: change.terms === '' ? null : change.terms,
    nextSteps: change.next_steps === '' ? null : change.next_steps,
    reminderDays: change.reminder_days,
    notify: notify && sql`coalesce(notify, '{}') || ${JSON.stringify(notify)}::jsonb`,
  };
  // Each time that mail is switched on is another generation.
  const switchMail =
    mail === 'on'
      ? sql`insert into channels (org_id, channel) values (${orgId}, 'mail')
          on conflict (org_id, channel) do update set generation = channels.generation + 1, since = now()
          where channels.since is null`
      : sql`update channels set since = null where org_id = ${orgId} and channel = 'mail' and ${mail === 'off'}`;
  const all = sql`(select md5(row(orgs, channels)::text) from orgs left join channels on org_id = orgs.id and channel = 'mail'
    where orgs.id = ${orgId})`;
  const [, , , , , [org], [channel]] = await writeAs(db, actor, [
    db.execute(sql`select set_config('portal.settings', ${all}, true)`),
    db.update(orgs).set(set).where(eq(orgs.id, orgId)),
    db.execute(switchMail),
    db.execute(logo ? keepLogo(actor, logo) : sql`select`),
    // A replay changes nothing, and is no entry.
    db.execute(sql`
      insert into audit_log (org_id, user_id, action, about, ip)
      select ${orgId}::bigint, ${userId}::bigint, 'settings_changed', ${names.join(', ')}::text, ${ip}::text
      where ${all} <> current_setting('portal.settings')`),
    ...selectSettings(db, actor),
  ]);
  return toSettings(config, org, channel);
}

/** The logos of an org that are kept: mails that are out show earlier ones. */
const keptLogos = 10;

function keepLogo({ orgId }: Staff, { file, bytes }: Logo) {
  return sql`
    with kept as (insert into logos (file, org_id, content) values (${file}, ${orgId}, ${encodeBase64(bytes.buffer)})
      on conflict (file, org_id) do update set created_at = now())
    delete from logos where org_id = ${orgId} and file <> ${file} and file not in (
      select file from logos where org_id = ${orgId} and file <> ${file} order by created_at desc limit ${keptLogos - 1})`;
}

function selectSettings(db: Database, { orgId }: Staff) {
  const ofMail = and(eq(channels.orgId, orgId), eq(channels.channel, 'mail'));
  return [
    db
      .select({ ...getTableColumns(orgs), firstSteps })
      .from(orgs)
      .where(eq(orgs.id, orgId)),
    db.select({ since: channels.since }).from(channels).where(ofMail),
  ] as const;
}

/** A whole percentage is kept where earlier releases look for it, too. */
function toStored(deposit: NonNullable<Change['deposit']> | null) {
  if (deposit === null) return { deposit: { none: true } } as const;
  const isWhole = 'percent' in deposit && Number.isInteger(deposit.percent);
  return { deposit, ...(isWhole ? { depositPercent: deposit.percent } : {}) };
}

function toSettings(
  config: Config,
  org: (typeof orgs.$inferSelect & { readonly firstSteps: FirstSteps | null }) | undefined,
  mail: { readonly since: Date | null } | undefined,
) {
  if (!org) throw new Error('The org of a signed token does not exist.');
  return {
    letterhead: org,
    currency: org.currency,
    /** As earlier releases knew the deposit. */
    depositPercent: org.depositPercent ?? config.depositPercent,
    timeZone: org.timeZone ?? defaultTimeZone,
    deposit: defaultDeposit(org, config.depositPercent),
    validDays: org.validDays,
    mayPayInFull: org.payInFull,
    terms: org.terms,
    nextSteps: org.nextSteps,
    reminderDays: org.reminderDays ?? [...defaultReminderDays],
    // Sound: it has every topic.
    notify: Object.fromEntries(topics.map((topic) => [topic, org.notify?.[topic] ?? 'everyone'])) as Record<
      Topic,
      Audience
    >,
    firstSteps: org.firstSteps,
    mail: config.hasMail ? (mail?.since ? 'on' : 'off') : 'not_configured',
  } as const;
}
