import { sql } from 'drizzle-orm';
import { readAs } from '../db/read-as.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from '../domain/actor.ts';
import { authorize } from '../domain/permissions.ts';
import { AppError } from '../errors.ts';

type Answer = { readonly isFound: boolean; readonly isEnded: boolean; readonly isOn: boolean };

/**
 * Owes a mail again that has ended, whatever became of it: a row and a key of its own. Each is sent again once, so a second
 * click changes nothing; what comes of that can be sent again in its turn. Whether it is still true is decided when it is
 * sent. Two requests.
 */
export async function sendAgain(deps: Deps, actor: Staff, proposalId: number, mailId: string): Promise<void> {
  authorize(actor, 'proposals:write', proposalId);
  const { db, config, pokes, waitUntil } = deps;
  const ofMail = sql`outbox.id = ${mailId}::uuid and outbox.proposal_id = ${proposalId}
    and outbox.org_id = ${actor.orgId} and outbox.channel = 'mail' and outbox.state <> 'expanded'`;
  const isOn = sql`exists (select from channels where org_id = ${actor.orgId} and channel = 'mail' and since is not null)`;
  const [{ rows }] = await readAs(db, actor, [
    db.execute<Answer>(sql`
      select count(*) > 0 as "isFound", coalesce(bool_and(ended_at is not null), false) as "isEnded", ${isOn} as "isOn"
      from outbox where ${ofMail}`),
  ]);
  const { isFound, isEnded, isOn: hasMail } = rows[0] ?? { isFound: false, isEnded: false, isOn: false };
  if (!isFound) throw new AppError('mail_not_found', 'The proposal has no such mail.');
  if (!isEnded) throw new AppError('mail_under_way', 'It is being mailed already.');
  if (!hasMail || !config.hasMail) throw new AppError('mail_off', 'Mail is off.');
  await db.execute(sql`
    insert into outbox (org_id, proposal_id, channel, generation, kind, key, entry_key, share, due_at, try_at)
    select outbox.org_id, proposal_id, outbox.channel, channels.generation, kind, 'mail:again:' || outbox.id, entry_key,
      share, now(), now()
    from outbox join channels on channels.org_id = outbox.org_id and channels.channel = 'mail' and since is not null
    where ${ofMail} and ended_at is not null
    on conflict (key) do nothing`);
  waitUntil(pokes.poke(actor.orgId));
}
