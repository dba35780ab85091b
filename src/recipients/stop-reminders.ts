import { sql } from 'drizzle-orm';
import { suppressions } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { countAgainst } from '../http/limits.ts';

/**
 * Ends the reminders that an org mails to the customer of the token's proposal, unless their address was corrected since: it is
 * another's then. Doing it again changes nothing. One request.
 * Its permission is the token. Rejects with `token_invalid` or `token_expired`.
 */
export async function stopReminders(deps: Deps, token: string): Promise<void> {
  const { db, tokens, now } = deps;
  const { proposalId, orgId, generation } = await tokens.parseReminders(token, now());
  await countAgainst(deps, [{ limit: 'link', key: `reminders:${proposalId}` }]);
  await db.execute(sql`
    insert into ${suppressions} (org_id, email, reason)
    select org_id, lower(customer_email), 'no_reminders' from proposals 
    where id = ${proposalId} and org_id = ${orgId} and link_generation = ${generation}
    on conflict do nothing`);
}
