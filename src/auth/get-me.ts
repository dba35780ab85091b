import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { getOrg } from '../orgs/get-org.ts';

export type Me = Staff & {
  readonly orgName: string;
  readonly currency: string;
  readonly depositPercent: number;
};

/** The signed-in user and their org. One request. */
export async function getMe({ db, config }: Deps, actor: Staff): Promise<Me> {
  authorize(actor, 'org:read');
  const { name: orgName, currency, depositPercent } = await getOrg(db, actor);
  return { ...actor, orgName, currency, depositPercent: depositPercent ?? config.depositPercent };
}
