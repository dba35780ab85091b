import { type SQL, sql } from 'drizzle-orm';

/** What an org has done of what leads to its first payment. */
export type FirstSteps = {
  /** Customers can see who it is: an address, a phone, a logo or a colour is set. */
  readonly set_up: boolean;
  /** It has more than one user, or has invited somebody. */
  readonly invited: boolean;
  readonly made: boolean;
  readonly sent: boolean;
  readonly approved: boolean;
};

const hasEntry = (...events: string[]): SQL =>
  sql`exists (select from portal_activity_log where org_id = orgs.id and event = any(${sql.param(events)}::text[]))`;

/** Selected from `orgs`; null from the first payment on. */
export const firstSteps = sql<FirstSteps | null>`case when not ${hasEntry('payment_success', 'payment_recorded')} then
  json_build_object(
    'set_up', coalesce(orgs.address, orgs.phone, orgs.logo, orgs.colour) is not null,
    'invited', (select count(*) from users where org_id = orgs.id) > 1
      or exists (select from invitations where org_id = orgs.id and withdrawn_at is null),
    'made', exists (select from proposals where org_id = orgs.id),
    'sent', ${hasEntry('sent')},
    'approved', ${hasEntry('approve')}) end`;
