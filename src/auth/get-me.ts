import { defaultDeposit, defaultTimeZone } from '../db/org-defaults.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import type { DepositPolicy } from '../domain/terms.ts';
import { getOrg } from '../orgs/get-org.ts';

export type Me = Staff & {
  readonly orgName: string;
  readonly currency: string;
  readonly depositPercent: number;
  readonly deposit: DepositPolicy;
  readonly timeZone: string;
  readonly validDays: number | null;
  readonly mayPayInFull: boolean;
  readonly terms: string | null;
};

/** The signed-in user and their org. One request. */
export async function getMe({ db, config }: Deps, actor: Staff): Promise<Me> {
  authorize(actor, 'org:read');
  const org = await getOrg(db, actor);
  const { name: orgName, currency, depositPercent, timeZone, validDays, payInFull, terms } = org;
  return {
    ...{ ...actor, orgName, currency, validDays, terms, mayPayInFull: payInFull },
    depositPercent: depositPercent ?? config.depositPercent,
    deposit: defaultDeposit(org, config.depositPercent),
    timeZone: timeZone ?? defaultTimeZone,
  };
}
