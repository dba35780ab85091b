import { and, eq } from 'drizzle-orm';
import { defaultDeposit, defaultTimeZone } from '../db/org-defaults.ts';
import { readAs } from '../db/read-as.ts';
import { channels, orgs } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { DepositPolicy } from '../domain/terms.ts';

export type Me = Staff & {
  readonly orgName: string;
  readonly currency: string;
  readonly depositPercent: number;
  readonly deposit: DepositPolicy;
  readonly timeZone: string;
  readonly validDays: number | null;
  readonly mayPayInFull: boolean;
  readonly terms: string | null;
  /** Whether mail is delivered, or why not: the org has it off, or the deployment has no vendor. */
  readonly mail: 'on' | 'off' | 'not_configured';
};

/** The signed-in user and their org. One request. */
export async function getMe({ db, config }: Deps, actor: Staff): Promise<Me> {
  authorize(actor, 'org:read');
  const ofOrg = and(eq(channels.orgId, actor.orgId), eq(channels.channel, 'mail'));
  const [[org], [mail]] = await readAs(db, actor, [
    db.select().from(orgs).where(eq(orgs.id, actor.orgId)),
    db.select({ since: channels.since }).from(channels).where(ofOrg),
  ]);
  if (!org) throw new Error('The org of a signed token does not exist.');
  const { name: orgName, currency, depositPercent, timeZone, validDays, payInFull, terms } = org;
  return {
    ...actor,
    orgName,
    currency,
    validDays,
    terms,
    mayPayInFull: payInFull,
    depositPercent: depositPercent ?? config.depositPercent,
    deposit: defaultDeposit(org, config.depositPercent),
    timeZone: timeZone ?? defaultTimeZone,
    mail: config.hasMail ? (mail?.since ? 'on' : 'off') : 'not_configured',
  };
}
