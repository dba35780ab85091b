import { sql } from 'drizzle-orm';
import { sqlState } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { networkOf } from '../http/client-address.ts';
import { countAgainst } from '../http/limits.ts';
import { openSession, type Visitor } from './begin-session.ts';
import { type Account, passwords } from './check-credentials.ts';
import type { IssuedSession } from './issued.ts';
import { hashPassword } from './password.ts';

/** SQLSTATE `unique_violation`. */
const duplicate = '23505';

/**
 * Makes an invited person a user, and signs them in; of two acceptances at once, one succeeds. Rejects with `link_over` if the
 * invitation was accepted, withdrawn, sent again or has expired, and with `address_in_use` if the address already has an account: then the
 * invitation stays open. Two requests.
 */
export async function acceptInvitation(
  deps: Deps,
  {
    token,
    name,
    password,
    ...visitor
  }: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
  } & Visitor,
): Promise<IssuedSession> {
  await countAgainst(deps, [
    { limit: 'login_network', key: `address:${visitor.ip && networkOf(visitor.ip)}` },
  ]);
  const { db, tokens, now } = deps;
  const { id, generation } = await tokens.parseInvitation(token, now());
  const hash = await passwords.run(deps, () => hashPassword(password));
  const [, { rows }] = await db
    .batch([
      // As `writeAs` does: an invitation is not sent again, or withdrawn, while it is accepted.
      db.execute(
        sql`select from orgs where id = (select org_id from invitations where id = ${id}) for no key update`,
      ),
      db.execute(sql`
      with accepted as (
        update invitations set accepted_at = now() where id = ${id} and generation = ${generation}
          and accepted_at is null and withdrawn_at is null and expires_at > now()
        returning org_id, email, role)
      insert into users (org_id, email, role, name, password_hash)
        select org_id, email, role, ${name}, ${hash} from accepted
      returning id::float8, org_id::float8 as "orgId", email, role, token_generation as "tokenGeneration"`),
    ])
    .catch((error) => {
      if (sqlState(error) !== duplicate) throw error;
      throw new AppError('address_in_use', 'There is an account with this address already.');
    });
  const [user] = rows as unknown as Account[]; // sound: what the statement returns
  if (!user) throw new AppError('link_over', 'This invitation was accepted, withdrawn or replaced.');
  return openSession(deps, user, visitor, 'joined');
}
