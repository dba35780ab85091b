import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import { hourOf } from '../domain/keys.ts';
import { networkOf } from '../http/client-address.ts';
import { countAgainst } from '../http/limits.ts';

/** A stranger may ask for the customers of any proposals: so many mails at most come of it. */
const [mostADay, mostOfOrgAnHour] = [3, 50];

/**
 * Mails the customer of a proposal a new link, to the address on file: once an hour and three times a day, where a link was
 * handed out before. Nothing goes out for a void proposal, or to an address that takes no mail. Anyone may ask, and learns
 * nothing, not even whether there is such a proposal. One request.
 */
export async function requestLink(deps: Deps, proposalId: number, ip: string | null): Promise<void> {
  await countAgainst(deps, [{ limit: 'login_network', key: `new_link:${ip && networkOf(ip)}` }]);
  const { db, config, pokes, now, waitUntil } = deps;
  if (!config.hasMail) return;
  // Of requests at the same time, one. An hour that has just begun follows one in which there may have been another.
  const key = `mail:new_link:${proposalId}:${hourOf(now())}`;
  const { rows } = await db.execute<{ orgId: number }>(sql`
    insert into outbox (org_id, proposal_id, channel, generation, kind, key, entry_key, due_at, try_at)
    select proposals.org_id, proposals.id, 'mail', channels.generation, 'new_link', ${key}, sent.dedupe_key, now(), now()
    from proposals
    join channels on channels.org_id = proposals.org_id and channel = 'mail' and since is not null
    join lateral (select dedupe_key from portal_activity_log
      where proposal_id = proposals.id and event = 'sent' order by seq desc limit 1) as sent on true
    where proposals.id = ${proposalId} and status <> 'void'
      and not exists (select from outbox where proposal_id = proposals.id and kind = 'new_link'
        and created_at > now() - interval '1 hour')
      and (select count(*) from outbox where proposal_id = proposals.id and kind = 'new_link'
        and created_at > now() - interval '1 day') < ${mostADay}
      and (select count(*) from outbox where org_id = proposals.org_id and kind = 'new_link'
        and created_at > now() - interval '1 hour') < ${mostOfOrgAnHour}
      and not exists (select from suppressions where org_id = proposals.org_id
        and email = lower(customer_email) and reason <> 'no_reminders')
    on conflict (key) do nothing
    returning org_id::float8 as "orgId"`);
  for (const { orgId } of rows) waitUntil(pokes.poke(orgId));
}
